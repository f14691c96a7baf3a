//! Tickets: every single-use or revocable secret. Kinds are named by whoever issues them.
//!
//! A ticket is dead once it is consumed, revoked or past its expiry; it goes with its realm, its client and its user, is
//! revoked when the user is disabled (and not looked at while the user is), and, when it was so issued, with its user's password. One that is used again and again has a
//! [`TicketLifetime`], and there may be a bound to how many of a kind a user has at a client.

mod consume;
pub(crate) mod entity;
mod find;
mod issue;
mod keep;
mod lifetime;
pub(crate) mod map;
pub(crate) mod mark;
mod revoke;
mod secret;
mod spent;
mod sweep;
#[cfg(test)]
mod tests;
mod touch;

use std::{fmt, sync::Arc};

use crypto::secret::Secret;
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityName,
    sea_query::{Expr, ExprTrait, Query},
};
use serde_json::Value;
use uuid::Uuid;

pub(crate) use consume::ConsumeTicket;
pub(crate) use issue::IssueTicket;
pub use lifetime::TicketLifetime;
pub(crate) use mark::{Marks, SetMark};
pub(crate) use revoke::{RevokeTickets, revoke_of_users, revoke_with_password};
pub(crate) use secret::TicketHash;
pub(crate) use sweep::sweep;
pub(crate) use touch::TouchTicket;

use crate::{ClientId, Error, Fault, Identity, Realm, RealmId, Timestamp, UserId, user};
use entity::Column;

/// Longest payload, in bytes of JSON.
const MAX_PAYLOAD: usize = 64 * 1024;

/// What a ticket stands for. Its secret is known to whom it was given, and to nobody else.
#[derive(Clone, PartialEq)]
pub struct Ticket {
    /// The realm it is valid in.
    pub realm: RealmId,
    /// Its kind, as its issuer named it.
    pub kind: Arc<str>,
    /// The client it was given to.
    pub client: Option<ClientId>,
    /// The user it speaks for.
    pub user: Option<UserId>,
    /// The user's version when the ticket was read; `None` without a user, or when it was not asked for.
    pub user_version: Option<i64>,
    /// What it is revoked together with.
    pub family: Uuid,
    /// What its issuer wrote into it.
    pub payload: Arc<Value>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// From when on it is dead; `None`: never by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, as far as that was written down: at its issue, and by [`Identity::touch_ticket`].
    pub used_at: Timestamp,
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The payload is its issuer's, and may hold what no log should.
        f.debug_struct("Ticket")
            .field("realm", &self.realm)
            .field("kind", &self.kind)
            .field("client", &self.client)
            .field("user", &self.user)
            .field("family", &self.family)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// A ticket to be issued.
pub struct NewTicket<'a> {
    /// The realm it shall be valid in.
    pub realm: &'a Realm,
    /// Its kind: a short word, the issuer's own.
    pub kind: &'static str,
    /// The client it is given to; it dies with that client.
    pub client: Option<&'a ClientId>,
    /// The user it speaks for; it dies with that user, and when the user is disabled.
    pub user: Option<&'a UserId>,
    /// The user's version that the issuer has seen. When the user has another one by now, nothing is issued: so no ticket
    /// can come of a password that was changed while it was being checked.
    pub user_version: Option<i64>,
    /// What it is revoked together with; `None`: a family of its own.
    pub family: Option<Uuid>,
    /// What the issuer wants to know again; at most 64 KiB of JSON.
    pub payload: Value,
    /// Whether a change of the user's password revokes it.
    pub dies_with_password: bool,
    /// From when on it is dead.
    pub expires_at: Option<Timestamp>,
    /// How many live tickets of this kind the user may have at this client, this one included. The longest unused ones are
    /// revoked in the same transaction. Only with a user.
    pub most: Option<u32>,
}

/// A ticket that was issued.
#[derive(Debug)]
pub struct IssuedTicket {
    /// What to give to whom it is for.
    pub secret: Secret,
    /// How many older ones were revoked to make room for it.
    pub displaced: usize,
}

impl<'a> NewTicket<'a> {
    /// A ticket of this kind for nobody in particular, that does not expire; the other fields are for the caller to set.
    pub fn new(realm: &'a Realm, kind: &'static str) -> Self {
        Self {
            realm,
            kind,
            client: None,
            user: None,
            user_version: None,
            family: None,
            payload: Value::Null,
            dies_with_password: false,
            expires_at: None,
            most: None,
        }
    }
}

/// Which tickets of a realm.
#[derive(Debug, Clone, Copy)]
pub enum TicketSelector<'a> {
    /// The one with this secret.
    Secret(&'a Secret),
    /// All of a family.
    Family(Uuid),
    /// All of one kind that speak for a user.
    UserAndKind(&'a UserId, &'a str),
    /// All that speak for a user.
    User(&'a UserId),
    /// All that were given to a client.
    Client(&'a ClientId),
}

impl Identity {
    /// Issues a ticket and answers with its secret, `<prefix>_<43 characters>`, once the ticket is committed. The prefix
    /// tells people and leak scanners what they look at: 1 to 32 letters, digits, `-` or `.`.
    ///
    /// # Errors
    /// As [`Identity::issue_counted_ticket`].
    pub async fn issue_ticket(&self, new: NewTicket<'_>, prefix: &str) -> Result<Secret, Error> {
        Ok(self.issue_counted_ticket(new, prefix).await?.secret)
    }

    /// Issues a ticket as [`Identity::issue_ticket`] does, and tells how many had to make room for it.
    ///
    /// # Errors
    /// [`Error::NotFound`] without that user, [`Error::Refused`] when the user is disabled or has changed,
    /// [`Error::Invalid`] for a wrong prefix or a payload too large, [`Error::Busy`] when too many writes wait.
    pub async fn issue_counted_ticket(&self, new: NewTicket<'_>, prefix: &str) -> Result<IssuedTicket, Error> {
        let (secret, row) = self.ticket_row(&new, prefix)?;
        let most = new.most.filter(|_| new.user.is_some());
        let displaced = self.0.writer.ask(IssueTicket { row, user_version: new.user_version, most }).await?.len();
        Ok(IssuedTicket { secret, displaced })
    }

    /// The secret of a new ticket and its row.
    pub(crate) fn ticket_row(&self, new: &NewTicket<'_>, prefix: &str) -> Result<(Secret, entity::Model), Error> {
        let secret = secret::make(prefix, self.random())?;
        let hash = TicketHash::of(&secret).ok_or_else(|| Fault::new("a new ticket's secret has the wrong shape"))?;
        let row = self.row_of_ticket(new, hash)?;
        Ok((secret, row))
    }

    fn row_of_ticket(&self, new: &NewTicket<'_>, hash: TicketHash) -> Result<entity::Model, Error> {
        let payload = new.payload.to_string();
        if payload.len() > MAX_PAYLOAD {
            return Err(Error::invalid("payload", "at most 64 KiB"));
        }
        let now = self.clock().now();
        Ok(entity::Model {
            hash: hash.to_vec(),
            realm_id: new.realm.id.to_string(),
            client_id: new.client.map(ToString::to_string),
            user_id: new.user.map(ToString::to_string),
            kind: new.kind.to_owned(),
            family: new.family.unwrap_or_else(|| crypto::random::uuid(self.random())).to_string(),
            payload,
            dies_with_password: new.dies_with_password,
            created_at: now.0,
            expires_at: new.expires_at.map(|time| time.0),
            consumed_at: None,
            used_at: now.0,
        })
    }

    /// Writes down that a ticket was just used and lives on accordingly, unless that was done less than an hour ago: a
    /// ticket in constant use costs no write. A failure is logged and does not stop the use, which the next one makes up
    /// for.
    pub async fn touch_ticket(&self, secret: &Secret, ticket: &Ticket, lifetime: TicketLifetime) {
        let now = self.clock().now();
        let Some(hash) = TicketHash::of(secret).filter(|_| lifetime.is_due(ticket, now)) else { return };
        let expires_at = lifetime.end(ticket.created_at, now);
        if let Err(error) = self.0.writer.ask(TouchTicket { hash, now, expires_at }).await {
            tracing::warn!(%error, "the use of a ticket was not written down");
        }
    }

    /// The live ticket of this kind with this secret. One node: from memory, without a statement, once it was read. Several
    /// nodes: always one statement, so that a revocation anywhere holds here at once.
    pub async fn find_ticket(&self, realm: &Realm, kind: &str, secret: &Secret) -> Result<Option<Arc<Ticket>>, Error> {
        let Some(hash) = TicketHash::of(secret) else { return Ok(None) };
        let now = self.clock().now();
        let single = self.is_single_node();
        let load = async { Ok::<_, Error>(find::load(hash, now, self.store().reader()).await?.map(Arc::new)) };
        let found = if single { self.0.tickets.find(&hash, load).await? } else { load.await? };
        let Some(ticket) = found.filter(|ticket| ticket.is_of(realm, kind, now)) else { return Ok(None) };
        // From memory the user's state is not in the ticket but in the user, whom every change drops from memory.
        if single
            && let Some(user) = &ticket.user
            && !self.find_user(realm, user).await?.is_some_and(|user| user.enabled)
        {
            return Ok(None);
        }
        Ok(Some(ticket))
    }

    /// Takes a ticket that may be used once: whoever asks first has it, everybody else gets `None`. Answered after commit.
    pub async fn consume_ticket(&self, realm: &Realm, kind: &str, secret: &Secret) -> Result<Option<Ticket>, Error> {
        let Some(hash) = TicketHash::of(secret) else { return Ok(None) };
        let consume = ConsumeTicket { hash, realm: realm.id.clone(), kind: kind.into(), now: self.clock().now() };
        match self.0.writer.ask(consume).await? {
            Some(row) => Ok(Some(Ticket::from_row(row, None)?)),
            None => Ok(None),
        }
    }

    /// Revokes tickets of a realm and tells how many there were (consumed and expired ones that were not swept yet count).
    /// When this answers, no node takes them any more.
    pub async fn revoke_tickets(&self, realm: &Realm, selector: TicketSelector<'_>) -> Result<u64, Error> {
        let Some(revoke) = RevokeTickets::of(realm, selector) else { return Ok(0) };
        Ok(self.0.writer.ask(revoke).await?.len() as u64)
    }
}

impl Ticket {
    fn from_row(row: entity::Model, user_version: Option<i64>) -> Result<Self, DbErr> {
        let broken = |what: &str| DbErr::Type(format!("a ticket's {what} cannot be read"));
        Ok(Self {
            realm: row.realm_id.into(),
            kind: row.kind.into(),
            client: row.client_id.map(Into::into),
            user: row.user_id.map(Into::into),
            user_version,
            family: Uuid::parse_str(&row.family).map_err(|_| broken("family"))?,
            payload: Arc::new(serde_json::from_str(&row.payload).map_err(|_| broken("payload"))?),
            created_at: Timestamp(row.created_at),
            expires_at: row.expires_at.map(Timestamp),
            used_at: Timestamp(row.used_at),
        })
    }

    /// Whether it is of this realm and kind, not expired, and its client still exists.
    fn is_of(&self, realm: &Realm, kind: &str, now: Timestamp) -> bool {
        self.realm == realm.id
            && *self.kind == *kind
            && self.expires_at.is_none_or(|end| now < end)
            && self.client.as_ref().is_none_or(|client| realm.client_by_id(client).is_some())
    }
}

/// The rows that are neither consumed nor expired and whose user, if they have one, is enabled.
fn live(now: Timestamp) -> Condition {
    let enabled_user = Query::select()
        .expr(Expr::val(1))
        .from(user::entity::Entity.table_ref())
        .cond_where(
            Condition::all()
                .add(
                    Expr::col((user::entity::Entity, user::entity::Column::Id))
                        .equals((entity::Entity, Column::UserId)),
                )
                .add(user::entity::Column::Enabled.eq(true)),
        )
        .to_owned();
    unspent(now).add(Condition::any().add(Column::UserId.is_null()).add(Expr::exists(enabled_user)))
}

/// The rows that are neither consumed nor expired.
fn unspent(now: Timestamp) -> Condition {
    Condition::all()
        .add(Column::ConsumedAt.is_null())
        .add(Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(now.0)))
}
