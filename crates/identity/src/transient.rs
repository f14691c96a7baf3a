//! A subject without a session.

use std::sync::Arc;

use crate::{Method, Proven, RealmId, Timestamp, User};

/// Who a token is for when no session is kept: somebody proven, or nobody. It has no save: no session row can be made
/// from it, and nothing but a [`Proven`] puts a user in.
///
/// ```compile_fail,E0423
/// # fn forge(proven: identity::Proven) -> identity::Transient {
/// identity::Transient(Some(proven))
/// # }
/// ```
///
/// ```compile_fail,E0277
/// # fn forge(user: std::sync::Arc<identity::User>) -> identity::Transient {
/// identity::Transient::from(user)
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Transient(Option<Proven>);

impl From<Proven> for Transient {
    fn from(proven: Proven) -> Self {
        Self(Some(proven))
    }
}

impl Transient {
    /// Somebody who showed no credentials.
    pub fn anonymous() -> Self {
        Self(None)
    }

    /// The user; `None` for somebody anonymous.
    pub fn user(&self) -> Option<&Arc<User>> {
        self.0.as_ref().map(Proven::user)
    }

    /// How the user was proven; `None` for somebody anonymous.
    pub fn method(&self) -> Option<Method> {
        self.0.as_ref().map(Proven::method)
    }

    /// When the user was proven; `None` for somebody anonymous.
    pub fn at(&self) -> Option<Timestamp> {
        self.0.as_ref().map(Proven::at)
    }

    /// The realm whose user this is; `None` for somebody anonymous.
    pub fn realm(&self) -> Option<&RealmId> {
        self.0.as_ref().map(Proven::realm)
    }
}
