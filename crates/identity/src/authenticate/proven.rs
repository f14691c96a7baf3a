//! What the one door answers: who it is, or why not.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use crate::{Error, Method, Methods, Realm, RealmId, Timestamp, User, UserId};

/// Who is asking, as far as the network says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The peer's address, through trusted proxies only.
    pub address: IpAddr,
}

/// What a door that takes a password does about an enrolled second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactor {
    /// Such a user is refused: the door cannot ask for a code.
    Refuse,
    /// The code of a one-time password is typed straight after the password.
    Append,
    /// The password alone is enough.
    Ignore,
}

/// Somebody has proved who they are. Only this room can make one, so that whoever holds one need not ask again.
///
/// ```compile_fail,E0451
/// # fn forge(realm: identity::RealmId, user: std::sync::Arc<identity::User>, at: identity::Timestamp) -> identity::Proven {
/// identity::Proven { realm, user, at, method: identity::Method::Password }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Proven {
    realm: RealmId,
    user: Arc<User>,
    at: Timestamp,
    method: Method,
    methods: Methods,
}

impl Proven {
    pub(super) fn new(realm: &Realm, user: Arc<User>, at: Timestamp, method: Method) -> Self {
        Self { realm: realm.id.clone(), user, at, method, methods: method.into() }
    }

    /// The end of a flow of several pages.
    pub(super) fn of_evidence(realm: &Realm, user: Arc<User>, at: Timestamp, methods: Methods) -> Self {
        let method = methods.iter().next().unwrap_or(Method::Session);
        Self { realm: realm.id.clone(), user, at, method, methods }
    }

    /// One that the door would never have made, for the gate's own tests.
    #[cfg(test)]
    pub(crate) fn for_tests(realm: &Realm, user: Arc<User>, at: Timestamp, method: Method) -> Self {
        Self::new(realm, user, at, method)
    }

    /// The realm whose user this is.
    pub fn realm(&self) -> &RealmId {
        &self.realm
    }

    /// The user, as they were when they proved it.
    pub fn user(&self) -> &Arc<User> {
        &self.user
    }

    /// When the proof was given: now for a password, the moment of issue for a token.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// How it was given; of several ways, the first.
    pub fn method(&self) -> Method {
        self.method
    }

    /// All ways in which it was given.
    pub fn methods(&self) -> Methods {
        self.methods
    }
}

/// Why nobody is proven.
#[derive(Debug)]
pub enum Denied {
    /// Unknown, wrong, expired or revoked; the caller learns no more than that.
    Invalid {
        /// Who it was about, where that is known.
        user: Option<UserId>,
        /// Keycloak's event error word, for the event only.
        why: &'static str,
    },
    /// Too many wrong attempts. Whether this one was right is not told: a door answers as to a wrong password.
    Locked {
        /// The locked user.
        user: UserId,
        /// Until somebody unlocks it, or for a time.
        permanent: bool,
    },
    /// The proof is right, but the user is switched off.
    Disabled {
        /// The user.
        user: UserId,
    },
    /// The proof is right, but the user must first do something that this door cannot ask for.
    ActionRequired {
        /// The user.
        user: UserId,
        /// Keycloak's names of the pending actions.
        actions: Vec<String>,
    },
    /// The password is right, but the user has a second factor that this door cannot ask for.
    SecondFactorRequired {
        /// The user.
        user: UserId,
    },
    /// The proof is older than the user's not-before: everything from before that moment has been revoked.
    NotBefore {
        /// The user.
        user: UserId,
    },
    /// The hashing pool or the store is full.
    Busy {
        /// Whole seconds, at least one.
        retry_after_seconds: u32,
    },
    /// Something is broken here.
    Fault(Error),
}

impl Denied {
    /// Keycloak's word for the event's `error`. Only the event may tell an unknown user from a wrong password.
    pub fn event_error(&self) -> &'static str {
        match self {
            Self::Invalid { why, .. } => why,
            // Keycloak names a permanent lock like a user that was switched off.
            Self::Locked { permanent: true, .. } | Self::Disabled { .. } => "user_disabled",
            Self::Locked { permanent: false, .. } => "user_temporarily_disabled",
            Self::ActionRequired { .. } => "resolve_required_actions",
            Self::SecondFactorRequired { .. } => "second_factor_required",
            Self::NotBefore { .. } => "invalid_token",
            Self::Busy { .. } => "temporarily_unavailable",
            Self::Fault(_) => "unexpected_error",
        }
    }

    /// Whether a door must answer exactly as to a wrong password.
    pub fn looks_wrong(&self) -> bool {
        matches!(self, Self::Invalid { .. } | Self::Locked { .. } | Self::NotBefore { .. })
    }

    /// Who it was about, where that is known. For the event only.
    pub fn user(&self) -> Option<&UserId> {
        match self {
            Self::Invalid { user, .. } => user.as_ref(),
            Self::Locked { user, .. }
            | Self::Disabled { user }
            | Self::ActionRequired { user, .. }
            | Self::SecondFactorRequired { user }
            | Self::NotBefore { user } => Some(user),
            Self::Busy { .. } | Self::Fault(_) => None,
        }
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.event_error())
    }
}

impl std::error::Error for Denied {}

impl From<Error> for Denied {
    fn from(error: Error) -> Self {
        match error {
            Error::Busy { retry_after_seconds } => Self::Busy { retry_after_seconds },
            other => Self::Fault(other),
        }
    }
}

impl From<crypto::password::Busy> for Denied {
    fn from(busy: crypto::password::Busy) -> Self {
        Self::Busy { retry_after_seconds: busy.retry_after_seconds }
    }
}
