//! The one door for proving a password or token.

use std::{net::IpAddr, sync::Arc};

use crypto::secret::Secret;

use crate::{Error, Identity, Realm, Ticket, Timestamp, User, UserId};

/// What to do with a password whose user has an enrolled second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecondFactor {
    /// Refuse: this door cannot ask for it.
    #[default]
    Refuse,
    /// The code is typed after the password.
    Append,
    /// Take the password alone.
    Ignore,
}

/// Who is at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// The address, as trusted proxies tell it.
    pub address: IpAddr,
}

/// How somebody proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// A password.
    Password,
    /// A password and a one-time code.
    PasswordAndOtp,
    /// A stored token.
    Ticket,
}

/// Proof that somebody is a user. Only this module makes it.
#[derive(Debug, Clone)]
pub struct Proven {
    user: Arc<User>,
    at: Timestamp,
    method: Method,
}

impl Proven {
    /// Who it is.
    #[must_use]
    pub fn user(&self) -> &Arc<User> {
        &self.user
    }

    /// When it was proved.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// By what.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }
}

/// Why nothing was proved.
#[derive(Debug)]
pub enum Denied {
    /// Unknown user or wrong credential; the caller learns no more, the event does.
    Invalid {
        /// The user, if there is one.
        user: Option<UserId>,
        /// Keycloak's word for the event.
        why: &'static str,
    },
    /// Too many failures.
    Locked {
        /// Who.
        user: UserId,
        /// Until somebody unlocks it.
        permanent: bool,
    },
    /// The user is disabled.
    Disabled {
        /// Who.
        user: UserId,
    },
    /// The user must do something first that this door cannot ask for.
    ActionRequired {
        /// Who.
        user: UserId,
        /// What.
        actions: Vec<String>,
    },
    /// The user has a second factor that this door cannot ask for.
    SecondFactorRequired {
        /// Who.
        user: UserId,
    },
    /// Too many hashes wait; try again after this many seconds.
    Busy {
        /// Whole seconds, at least one.
        retry_after_seconds: u32,
    },
    /// Something is broken here.
    Fault(Error),
}

impl Denied {
    /// Keycloak's word for the event's `error`.
    #[must_use]
    pub fn event_error(&self) -> &'static str {
        todo!()
    }
}

impl Identity {
    /// Proves a user by password.
    pub async fn prove_password(
        &self,
        realm: &Arc<Realm>,
        login: &str,
        password: &Secret,
        factor: SecondFactor,
        peer: &Peer,
    ) -> Result<Proven, Denied> {
        let _ = (realm, login, password, factor, peer);
        todo!()
    }

    /// Proves a user by a stored token of this kind.
    pub async fn prove_ticket(
        &self,
        realm: &Arc<Realm>,
        kind: &str,
        secret: &Secret,
        peer: &Peer,
    ) -> Result<(Proven, Arc<Ticket>), Denied> {
        let _ = (realm, kind, secret, peer);
        todo!()
    }
}
