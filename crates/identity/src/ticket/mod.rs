//! Tickets: one table for every single-use or revocable secret. Kinds are named by whoever issues them.

pub(crate) mod entity;
pub(crate) mod map;

use std::{fmt, sync::Arc};

use crypto::secret::Secret;
use serde_json::Value;
use uuid::Uuid;

use crate::{ClientId, Error, Identity, Realm, RealmId, Timestamp, UserId};

/// A ticket that is still to be issued.
pub struct NewTicket<'a> {
    /// The realm it holds in.
    pub realm: &'a Realm,
    /// What it is, in the issuer's word.
    pub kind: &'static str,
    /// The client it is bound to.
    pub client: Option<&'a ClientId>,
    /// The user it speaks for.
    pub user: Option<&'a UserId>,
    /// Tickets that die together; a new family when absent.
    pub family: Option<Uuid>,
    /// What the issuer wants to read back.
    pub payload: Value,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// A stored ticket. The secret itself is nowhere, only its hash.
#[derive(Clone, PartialEq)]
pub struct Ticket {
    /// The realm it holds in.
    pub realm: RealmId,
    /// What it is.
    pub kind: Arc<str>,
    /// The client it is bound to.
    pub client: Option<ClientId>,
    /// The user it speaks for.
    pub user: Option<UserId>,
    /// Its family.
    pub family: Uuid,
    /// What the issuer left in it.
    pub payload: Arc<Value>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").field("kind", &self.kind).field("family", &self.family).finish_non_exhaustive()
    }
}

/// Which tickets to revoke.
#[derive(Debug, Clone, Copy)]
pub enum TicketSelector<'a> {
    /// The one with this secret.
    Secret(&'a Secret),
    /// All of one family.
    Family(Uuid),
    /// All of a user that are of this kind.
    UserAndKind(&'a UserId, &'a str),
    /// All of a user.
    User(&'a UserId),
    /// All of a client.
    Client(&'a ClientId),
}

impl Identity {
    /// Issues a ticket and answers its secret, `<prefix>_` and 43 base64url characters, after the row is durable.
    pub async fn issue_ticket(&self, ticket: NewTicket<'_>, prefix: &str) -> Result<Secret, Error> {
        let _ = (ticket, prefix);
        todo!()
    }

    /// The live ticket of this kind with this secret. One node: from memory; several: exactly one statement.
    pub async fn find_ticket(&self, realm: &Realm, kind: &str, secret: &Secret) -> Result<Option<Arc<Ticket>>, Error> {
        let _ = (realm, kind, secret);
        todo!()
    }

    /// Takes a ticket out of use, for the one caller who gets it; everybody else gets none.
    pub async fn consume_ticket(&self, realm: &Realm, kind: &str, secret: &Secret) -> Result<Option<Ticket>, Error> {
        let _ = (realm, kind, secret);
        todo!()
    }

    /// Revokes tickets and answers how many there were.
    pub async fn revoke_tickets(&self, realm: &Realm, selector: TicketSelector<'_>) -> Result<u64, Error> {
        let _ = (realm, selector);
        todo!()
    }
}
