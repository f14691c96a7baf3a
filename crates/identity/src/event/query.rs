//! Listing stored events.

use std::borrow::Cow;

use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde_json::Value;

use super::{
    Event,
    entity::{Column, Entity, Model},
};
use crate::{Error, Fault, Identity, Realm, Timestamp, UserId};

/// Events in one answer, when the question does not say.
const DEFAULT_LIMIT: u64 = 100;
/// Events in one answer at most.
const MAX_LIMIT: u64 = 10_000;

/// Which events to list; the newest come first unless it says otherwise.
#[derive(Debug, Clone, Default)]
pub struct EventQuery {
    /// Only these kinds; empty for all.
    pub kinds: Vec<String>,
    /// Only of this client.
    pub client: Option<String>,
    /// Only of this user.
    pub user: Option<UserId>,
    /// Only from this address.
    pub address: Option<String>,
    /// Not older than this.
    pub from: Option<Timestamp>,
    /// Not newer than this.
    pub to: Option<Timestamp>,
    /// The oldest first.
    pub ascending: bool,
    /// How many to pass over.
    pub skip: u64,
    /// How many at most; 0 means 100, and nobody gets more than 10,000.
    pub limit: u64,
}

impl Identity {
    /// Stored events of a realm.
    pub async fn events(&self, realm: &Realm, query: EventQuery) -> Result<Vec<Event>, Error> {
        Ok(self.stored_events(realm, query).await?.into_iter().map(|(_, event)| event).collect())
    }

    /// Stored events of a realm, each with the id of its row.
    pub async fn stored_events(&self, realm: &Realm, query: EventQuery) -> Result<Vec<(String, Event)>, Error> {
        // PostgreSQL's text has no NUL: no event names one, and asking for it is a fault there.
        let texts = query.kinds.iter().chain(query.client.iter()).chain(query.address.iter()).map(String::as_str);
        if texts.chain(query.user.iter().map(UserId::as_str)).any(|text| text.contains('\0')) {
            return Ok(Vec::new());
        }
        let order = if query.ascending { Order::Asc } else { Order::Desc };
        let limit = if query.limit == 0 { DEFAULT_LIMIT } else { query.limit.min(MAX_LIMIT) };
        let rows = Entity::find()
            .filter(Column::RealmId.eq(realm.id.as_str()))
            .apply_if((!query.kinds.is_empty()).then_some(query.kinds), |rows, kinds| {
                rows.filter(Column::Kind.is_in(kinds))
            })
            .apply_if(query.client, |rows, client| rows.filter(Column::ClientId.eq(client)))
            .apply_if(query.user, |rows, user| rows.filter(Column::UserId.eq(user.as_str())))
            .apply_if(query.address, |rows, address| rows.filter(Column::Address.eq(address)))
            .apply_if(query.from, |rows, from| rows.filter(Column::Time.gte(from.0)))
            .apply_if(query.to, |rows, to| rows.filter(Column::Time.lte(to.0)))
            .order_by(Column::Time, order.clone())
            .order_by(Column::Sequence, order.clone())
            // Two nodes may count the same; the order is the same in every answer all the same.
            .order_by(Column::Id, order)
            .offset(query.skip.min(i64::MAX.unsigned_abs()))
            .limit(limit)
            .all(self.store().reader())
            .await?;
        rows.into_iter().map(|row| Ok((row.id.clone(), read(row)?))).collect()
    }

    /// Deletes all stored events of a realm; those that wait to be stored are among them.
    pub async fn clear_events(&self, realm: &Realm) -> Result<(), Error> {
        self.flush_events().await;
        let tx = self.begin().await?;
        Entity::delete_many().filter(Column::RealmId.eq(realm.id.as_str())).exec(tx.connection()).await?;
        tx.commit().await
    }
}

fn read(row: Model) -> Result<Event, Error> {
    let details: serde_json::Map<String, Value> =
        serde_json::from_str(&row.details).map_err(|_| Fault::new("an event's details cannot be read"))?;
    Ok(Event {
        time: Timestamp(row.time),
        kind: row.kind.into(),
        client: row.client_id,
        user: row.user_id.map(Into::into),
        session: row.session_id,
        address: row.address.and_then(|address| address.parse().ok()),
        error: row.error.map(Into::into),
        details: details
            .into_iter()
            .map(|(name, value)| {
                let text = if let Value::String(text) = value { text } else { value.to_string() };
                (Cow::Owned(name), text)
            })
            .collect(),
    })
}
