//! A session that was looked at and found alive.

use std::sync::Arc;

use super::{ClientSession, UserSession};
use crate::{Timestamp, User};

/// Proof that a session exists, is within its limits, and that its user is enabled and not revoked. Only a look at the store
/// makes one, and it is for the request that looked.
///
/// ```compile_fail,E0451
/// # use std::sync::Arc;
/// # fn forge(session: Arc<identity::UserSession>, user: Arc<identity::User>, ends_at: identity::Timestamp) -> identity::LiveSession {
/// identity::LiveSession { session, client_session: None, user, ends_at, client_ends_at: None }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct LiveSession {
    session: Arc<UserSession>,
    client_session: Option<Arc<ClientSession>>,
    user: Arc<User>,
    ends_at: Timestamp,
    client_ends_at: Option<Timestamp>,
}

impl LiveSession {
    pub(super) fn found(
        session: Arc<UserSession>,
        client_session: Option<Arc<ClientSession>>,
        user: Arc<User>,
        ends_at: Timestamp,
        client_ends_at: Option<Timestamp>,
    ) -> Self {
        Self { session, client_session, user, ends_at, client_ends_at }
    }

    /// One that nothing has looked at, for the gate's own tests.
    #[cfg(test)]
    pub(crate) fn for_tests(session: UserSession, client: Option<ClientSession>, user: Arc<User>) -> Self {
        let ends_at = session.started_at.plus_seconds(60);
        Self::found(Arc::new(session), client.map(Arc::new), user, ends_at, Some(ends_at))
    }

    /// The session.
    #[must_use]
    pub fn session(&self) -> &Arc<UserSession> {
        &self.session
    }

    /// The part of the client that was asked for; none if no client was.
    #[must_use]
    pub fn client_session(&self) -> Option<&Arc<ClientSession>> {
        self.client_session.as_ref()
    }

    /// The user, as they are now.
    #[must_use]
    pub fn user(&self) -> &Arc<User> {
        &self.user
    }

    /// When it will be over, if it is used now and not again.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        self.ends_at
    }

    /// When the client's part will be over, if it is used now and not again: a refresh token lives no longer.
    #[must_use]
    pub fn client_ends_at(&self) -> Option<Timestamp> {
        self.client_ends_at
    }
}
