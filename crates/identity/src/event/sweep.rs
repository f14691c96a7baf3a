//! Sweeping events: each realm says how long it keeps them (`eventsExpiration`, seconds; none or 0: for ever).

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityName, EntityTrait, QuerySelect,
    sea_query::{Order, Query},
};
use serde_json::Value;

use super::entity::{Column, Entity};
use crate::{Timestamp, realm, store::Store, sweep::in_batches};

/// Deletes the events that are older than their realm keeps them, and those of realms that are gone; tells how many.
pub(crate) async fn sweep(store: &Store, now: Timestamp) -> Result<u64, DbErr> {
    let mut swept = 0;
    let mut after = String::new();
    while let Some((realm, oldest)) = next_realm(store, &after).await? {
        let before = match keeps(store, &realm).await? {
            Keeps::Nothing => i64::MAX,
            Keeps::Seconds(seconds) => now.plus_seconds(-seconds).0,
            Keeps::All => i64::MIN,
        };
        if oldest < before {
            swept += in_batches(store, |limit| {
                let outdated = Query::select()
                    .column(Column::Id)
                    .from(Entity.table_ref())
                    .cond_where(Condition::all().add(Column::RealmId.eq(realm.as_str())).add(Column::Time.lt(before)))
                    .limit(limit)
                    .to_owned();
                Query::delete().from_table(Entity.table_ref()).and_where(Column::Id.in_subquery(outdated)).to_owned()
            })
            .await?;
        }
        after = realm;
    }
    Ok(swept)
}

/// The next realm that has events, and the time of its oldest: one step in the index, however many events there are.
async fn next_realm(store: &Store, after: &str) -> Result<Option<(String, i64)>, DbErr> {
    let step = Query::select()
        .column(Column::RealmId)
        .column(Column::Time)
        .from(Entity.table_ref())
        .and_where(Column::RealmId.gt(after))
        .order_by(Column::RealmId, Order::Asc)
        .order_by(Column::Time, Order::Asc)
        .limit(1)
        .to_owned();
    let Some(row) = store.reader().query_one(&step).await? else { return Ok(None) };
    Ok(Some((row.try_get("", "realm_id")?, row.try_get("", "time")?)))
}

/// How long a realm keeps its events.
enum Keeps {
    Nothing,
    Seconds(i64),
    All,
}

async fn keeps(store: &Store, realm: &str) -> Result<Keeps, DbErr> {
    let document: Option<String> = realm::entity::Entity::find_by_id(realm)
        .select_only()
        .column(realm::entity::Column::Document)
        .into_tuple()
        .one(store.reader())
        .await?;
    let Some(document) = document else { return Ok(Keeps::Nothing) };
    // A document that cannot be read is no reason to delete anything.
    let document: Value = serde_json::from_str(&document).unwrap_or_default();
    Ok(match document.get("eventsExpiration").and_then(Value::as_i64) {
        Some(seconds) if seconds > 0 => Keeps::Seconds(seconds),
        _ => Keeps::All,
    })
}
