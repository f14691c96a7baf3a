//! Failed log-ins, counted in rows that all nodes share.

pub(crate) mod entity;
