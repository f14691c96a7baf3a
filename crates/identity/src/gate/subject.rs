//! Whom a token may be about.

use std::sync::Arc;

use crate::{LiveSession, Method, Methods, RealmId, Timestamp, Transient, User};

/// Whom a token is about: somebody for this one request, or somebody with a session.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// No session is kept.
    Transient(&'a Transient),
    /// A session that was found alive, with the client's part in it.
    Session(&'a LiveSession),
}

impl<'a> From<&'a Transient> for Subject<'a> {
    fn from(transient: &'a Transient) -> Self {
        Self::Transient(transient)
    }
}

impl<'a> From<&'a LiveSession> for Subject<'a> {
    fn from(live: &'a LiveSession) -> Self {
        Self::Session(live)
    }
}

impl<'a> Subject<'a> {
    /// The user; `None` for somebody anonymous.
    #[must_use]
    pub fn user(self) -> Option<&'a Arc<User>> {
        match self {
            Self::Transient(transient) => transient.user(),
            Self::Session(live) => Some(live.user()),
        }
    }

    /// The session, if there is one.
    #[must_use]
    pub fn session(self) -> Option<&'a LiveSession> {
        match self {
            Self::Transient(_) => None,
            Self::Session(live) => Some(live),
        }
    }

    /// How the user was proven; `None` for somebody anonymous, and where a session was.
    #[must_use]
    pub fn method(self) -> Option<Method> {
        match self {
            Self::Transient(transient) => transient.method(),
            Self::Session(_) => None,
        }
    }

    /// All ways in which the user was proven.
    #[must_use]
    pub fn methods(self) -> Methods {
        match self {
            Self::Transient(transient) => transient.method().map(Methods::from).unwrap_or_default(),
            Self::Session(live) => live.session().methods,
        }
    }

    /// When the user was proven: for a session, when it began.
    #[must_use]
    pub fn at(self) -> Option<Timestamp> {
        match self {
            Self::Transient(transient) => transient.at(),
            Self::Session(live) => Some(live.session().started_at),
        }
    }

    /// The realm whose user this is.
    #[must_use]
    pub fn realm(self) -> Option<&'a RealmId> {
        match self {
            Self::Transient(transient) => transient.realm(),
            Self::Session(live) => Some(&live.session().realm),
        }
    }
}
