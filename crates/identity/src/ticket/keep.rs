//! Tickets whose secret their issuer has made: it follows from something that a browser holds already.

use crypto::secret::Secret;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;

use super::entity::{Column, Entity};
use super::{IssueTicket, MAX_PAYLOAD, NewTicket, TicketHash};
use crate::{Error, Identity, Realm, Timestamp};

impl Identity {
    /// Issues a ticket with this secret instead of a new one. It must have a ticket's shape, `<prefix>_<43 characters>`, and
    /// hold at least 128 bits that nobody can guess; of two tickets with one secret the second is not issued.
    ///
    /// # Errors
    /// As [`Identity::issue_ticket`]; [`Error::Invalid`] for a secret of another shape.
    pub async fn keep_ticket(&self, new: NewTicket<'_>, secret: &Secret) -> Result<(), Error> {
        let hash = TicketHash::of(secret).ok_or_else(|| Error::invalid("secret", "is no ticket's"))?;
        let row = self.row_of_ticket(&new, hash)?;
        self.0.writer.ask(IssueTicket { row, user_version: new.user_version, most: None }).await.map(drop)
    }

    /// Writes another payload into a live ticket, if what it holds still is what was read: of several at once, one is told
    /// `true`. It then lives until `expires_at`.
    pub async fn replace_ticket_payload(
        &self,
        realm: &Realm,
        kind: &str,
        secret: &Secret,
        before: &Value,
        after: &Value,
        expires_at: Timestamp,
    ) -> Result<bool, Error> {
        let Some(hash) = TicketHash::of(secret) else { return Ok(false) };
        let payload = after.to_string();
        if payload.len() > MAX_PAYLOAD {
            return Err(Error::invalid("payload", "at most 64 KiB"));
        }
        let transaction = self.store().transaction().await?;
        let replaced = Entity::update_many()
            .col_expr(Column::Payload, Expr::value(payload))
            .col_expr(Column::ExpiresAt, Expr::value(expires_at.0))
            .filter(Column::Hash.eq(hash.to_vec()))
            .filter(Column::RealmId.eq(realm.id.as_str()))
            .filter(Column::Kind.eq(kind))
            .filter(Column::Payload.eq(before.to_string()))
            .filter(Column::ConsumedAt.is_null())
            .exec(&transaction)
            .await?;
        self.store().commit(transaction).await?;
        self.0.tickets.drop_all([&hash]);
        Ok(replaced.rows_affected == 1)
    }
}
