//! Failed log-ins, counted in rows that all nodes share.

pub(crate) mod entity;
use crate::*;
#[derive(Clone, Copy)]
pub enum Lock {
    Temporary,
    Permanent,
}
#[derive(Clone, Default)]
pub struct FailureState {
    pub failures: u32,
    pub lockouts: u32,
    pub last_failure: Option<Timestamp>,
    pub locked_until: Option<Timestamp>,
    pub permanent: bool,
    pub lock: Option<Lock>,
}
impl FailureState {
    pub fn is_clean(&self) -> bool {
        true
    }
}
impl Identity {
    pub async fn record_failure(
        &self,
        _: &Realm,
        _: &UserId,
        _: Option<std::net::IpAddr>,
    ) -> Result<FailureState, Error> {
        todo!()
    }
    pub async fn record_decoy_failure(&self, _: &Realm, _: &UserId, _: std::net::IpAddr) -> Result<(), Error> {
        todo!()
    }
    pub async fn clear_failures(&self, _: &Realm, _: &UserId) -> Result<(), Error> {
        todo!()
    }
    pub async fn failure_state(&self, _: &Realm, _: &UserId) -> Result<FailureState, Error> {
        todo!()
    }
}
