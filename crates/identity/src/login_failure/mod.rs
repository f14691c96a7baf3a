//! Failed log-ins, counted in rows that all nodes share.

pub(crate) mod entity;
use crate::*;
pub enum Lock { Temporary, Permanent }
#[derive(Clone,Default)]
pub struct FailureState { pub failures: u32, pub lockouts: u32, pub last_failure: Option<Timestamp>, pub locked_until: Option<Timestamp>, pub permanent: bool, pub lock: Option<Lock2> }
pub type Lock2 = std::sync::Arc<Lock>;
