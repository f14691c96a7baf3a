//! A subject that leaves nothing behind: it has no save, and no session row can be made from it.

use std::sync::Arc;

use crate::{Method, Proven, Timestamp, User};

/// Somebody for the time of one answer: a proven user, or nobody.
#[derive(Debug, Clone)]
pub struct Transient {
    proven: Option<Proven>,
}

impl From<Proven> for Transient {
    fn from(proven: Proven) -> Self {
        Self { proven: Some(proven) }
    }
}

impl Transient {
    /// Nobody in particular.
    #[must_use]
    pub fn anonymous() -> Self {
        Self { proven: None }
    }

    /// The user, unless anonymous.
    #[must_use]
    pub fn user(&self) -> Option<&Arc<User>> {
        self.proven.as_ref().map(Proven::user)
    }

    /// How the user proved it.
    #[must_use]
    pub fn method(&self) -> Option<Method> {
        self.proven.as_ref().map(Proven::method)
    }

    /// When the user proved it.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        self.proven.as_ref().map(Proven::at)
    }
}
