//! The one gate before a signature.

use std::{fmt, sync::Arc};

use crypto::{algorithm::Algorithm, jws::EncodedHeader};
use serde::Serialize;

use crate::{Client, Error, Realm, RealmKey, Timestamp, Transient};

/// Proof that realm, client and subject were checked; the only thing that signs.
#[derive(Debug)]
pub struct Granted<'a> {
    #[expect(dead_code, reason = "filled in by the gate")]
    realm: &'a Arc<Realm>,
}

/// Why the gate stayed shut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GateRefusal {
    /// The realm is disabled.
    RealmDisabled,
    /// The client is disabled.
    ClientDisabled,
    /// The client belongs to another protocol.
    WrongProtocol,
    /// The user is disabled.
    UserDisabled,
    /// What was proved is older than a not-before.
    NotBefore,
    /// The user must do something first.
    ActionRequired,
}

impl fmt::Display for GateRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// Checks realm, client, protocol and subject.
pub fn admit<'a>(
    realm: &'a Arc<Realm>,
    client: &'a Arc<Client>,
    protocol: &str,
    subject: &'a Transient,
    now: Timestamp,
) -> Result<Granted<'a>, GateRefusal> {
    let _ = (realm, client, protocol, subject, now);
    todo!()
}

impl Granted<'_> {
    /// Signs claims with a key of the realm.
    pub fn sign(
        &self,
        key: &RealmKey,
        algorithm: Algorithm,
        header: &EncodedHeader,
        claims: &impl Serialize,
    ) -> Result<String, Error> {
        let _ = (key, algorithm, header, claims);
        todo!()
    }
}
