//! The one gate before a signature.
//!
//! No token of any kind is signed except with a [`Granted`], and only [`admit`] makes one, after it has looked at realm,
//! client, protocol, user, pending actions and not-before. A new endpoint or grant cannot forget a check, because there
//! is no other way to a signature.

use std::fmt;
use std::sync::Arc;

use crypto::algorithm::Algorithm;
use crypto::jws::EncodedHeader;
use serde::Serialize;

mod subject;

pub use subject::Subject;

use crate::{Client, ClientSession, Error, KeyStatus, Method, Realm, RealmKey, Timestamp, Transient, User};

/// Proof that a token may be issued to this client for this subject, now.
///
/// Its fields are private and it has no constructor but [`admit`]:
///
/// ```compile_fail,E0451
/// # use std::sync::Arc;
/// # fn forge<'a>(realm: &'a Arc<identity::Realm>, client: &'a Arc<identity::Client>, subject: &'a identity::Transient,
/// #     at: identity::Timestamp) -> identity::Granted<'a> {
/// identity::Granted { realm, client, subject: identity::Subject::from(subject), at }
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Granted<'a> {
    realm: &'a Arc<Realm>,
    client: &'a Arc<Client>,
    subject: Subject<'a>,
    at: Timestamp,
}

impl fmt::Debug for Granted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Granted")
            .field("realm", &self.realm.name)
            .field("client", &self.client.client_id)
            .field("user", &self.subject.user().map(|user| &user.id))
            .finish_non_exhaustive()
    }
}

/// Why the gate stays shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateRefusal {
    /// The realm is switched off.
    RealmDisabled,
    /// The client is switched off.
    ClientDisabled,
    /// The client speaks another protocol.
    WrongProtocol,
    /// The client is none of this realm, or no longer.
    ForeignClient,
    /// The subject was proven in another realm.
    ForeignUser,
    /// The user is switched off.
    UserDisabled,
    /// The user must first do something.
    ActionRequired,
    /// The proof is older than the not-before of the realm, the client or the user.
    NotBefore,
    /// The client has no part in the session.
    NotInSession,
}

impl GateRefusal {
    /// Keycloak's word for the event's `error`.
    pub fn event_error(&self) -> &'static str {
        match self {
            Self::RealmDisabled => "realm_disabled",
            Self::ClientDisabled => "client_disabled",
            Self::WrongProtocol | Self::ForeignClient => "invalid_client",
            Self::ForeignUser => "invalid_user",
            Self::UserDisabled => "user_disabled",
            Self::ActionRequired => "resolve_required_actions",
            Self::NotBefore => "invalid_token",
            Self::NotInSession => "user_session_not_found",
        }
    }
}

impl fmt::Display for GateRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.event_error())
    }
}

impl std::error::Error for GateRefusal {}

/// Asks whether a token may be issued to `client`, over `protocol`, for `subject`.
///
/// A lock is not asked about again: for a password the door has just done so, and a token credential or a session outlives
/// a temporary lock on purpose.
///
/// # Errors
/// The first thing that stands against it.
pub fn admit<'a>(
    realm: &'a Arc<Realm>,
    client: &'a Arc<Client>,
    protocol: &str,
    subject: impl Into<Subject<'a>>,
    now: Timestamp,
) -> Result<Granted<'a>, GateRefusal> {
    let subject = subject.into();
    if !realm.enabled {
        return Err(GateRefusal::RealmDisabled);
    }
    // Two clients of two realms may bear the same name; the row must be one of this snapshot.
    if realm.client_by_id(&client.id).is_none() {
        return Err(GateRefusal::ForeignClient);
    }
    if &*client.protocol != protocol {
        return Err(GateRefusal::WrongProtocol);
    }
    if !client.enabled {
        return Err(GateRefusal::ClientDisabled);
    }
    match subject {
        Subject::Transient(transient) => check_transient(realm, client, transient)?,
        Subject::Session(live) => {
            if live.session().realm != realm.id {
                return Err(GateRefusal::ForeignUser);
            }
            let own = live.client_session().filter(|part| part.client == client.id);
            let part = own.ok_or(GateRefusal::NotInSession)?;
            check_session(realm, client, live.user(), live.session().started_at, part)?;
        }
    }
    Ok(Granted { realm, client, subject, at: now })
}

fn check_transient(realm: &Realm, client: &Client, subject: &Transient) -> Result<(), GateRefusal> {
    let (Some(user), Some(proven_at), Some(method)) = (subject.user(), subject.at(), subject.method()) else {
        return Ok(());
    };
    if subject.realm() != Some(&realm.id) {
        return Err(GateRefusal::ForeignUser);
    }
    if !user.enabled {
        return Err(GateRefusal::UserDisabled);
    }
    // A token credential was handed out when nothing was pending; what has come up since is asked at the next log-in. A
    // service account is nobody who could be asked.
    if !matches!(method, Method::Ticket | Method::Client) && !user.required_actions.is_empty() {
        return Err(GateRefusal::ActionRequired);
    }
    // Not-before is a second: everything proven before it has been revoked.
    let not_before = realm.settings.not_before.max(client.not_before).max(user.not_before);
    if proven_at.seconds() < not_before {
        return Err(GateRefusal::NotBefore);
    }
    Ok(())
}

/// Whether the session is alive was asked by whoever made the proof; that nothing of it is left out is asked here again, for
/// the snapshot that the token is signed from may be a newer one. What has come up for the user to do since the session began
/// is asked at the next log-in.
fn check_session(
    realm: &Realm,
    client: &Client,
    user: &User,
    started_at: Timestamp,
    part: &ClientSession,
) -> Result<(), GateRefusal> {
    if !user.enabled {
        return Err(GateRefusal::UserDisabled);
    }
    let revoked = started_at.seconds() < realm.settings.not_before.max(user.not_before)
        || part.started_at.seconds() < client.not_before;
    if revoked { Err(GateRefusal::NotBefore) } else { Ok(()) }
}

impl<'a> Granted<'a> {
    /// The realm that issues.
    pub fn realm(&self) -> &'a Arc<Realm> {
        self.realm
    }

    /// The client that the token is for.
    pub fn client(&self) -> &'a Arc<Client> {
        self.client
    }

    /// Whom the token is about.
    pub fn subject(&self) -> Subject<'a> {
        self.subject
    }

    /// When it was granted.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Signs claims with an active key of the realm that granted.
    ///
    /// # Errors
    /// [`Error::Refused`] if the key is not an active one of this realm, [`Error::Fault`] if it cannot sign.
    pub fn sign(
        &self,
        key: &RealmKey,
        algorithm: Algorithm,
        header: &EncodedHeader,
        claims: &impl Serialize,
    ) -> Result<String, Error> {
        // The key is looked up by its row: a caller may hold the key of another realm, or one that has retired since.
        let own = self.realm.keys().by_id(&key.id);
        match own {
            Some(own) if own.status == KeyStatus::Active => crypto::jws::sign(&own.pair, algorithm, header, claims)
                .map_err(|error| Error::fault(format!("signing with key {}: {error}", key.kid))),
            _ => Err(Error::Refused("the key is not an active key of this realm".to_owned())),
        }
    }

    /// Authenticates claims with the realm's internal secret: for tokens that the realm alone reads again, such as refresh
    /// tokens. The header's `typ` is `JWT`; what the token is for stands in the claims.
    ///
    /// # Errors
    /// [`Error::Fault`] if the claims have no JSON form.
    pub fn sign_internal(&self, claims: &impl Serialize) -> Result<String, Error> {
        self.realm.internal.sign(claims)
    }
}

#[cfg(test)]
mod session_tests;
#[cfg(test)]
mod tests;
