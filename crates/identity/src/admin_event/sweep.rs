//! Sweeping administrative events: a realm says how long it keeps them by its attribute `adminEventsExpiration` (seconds; none
//! or 0: for ever), as Keycloak's do.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityName, EntityTrait, QuerySelect,
    sea_query::{Order, Query},
};
use serde_json::Value;

use super::entity::{Column, Entity};
use crate::{Timestamp, realm, store::Store, sweep::in_batches};

/// The attribute that says how long.
const EXPIRATION: &str = "/attributes/adminEventsExpiration";

/// Deletes the administrative events that are older than their realm keeps them; tells how many.
pub(crate) async fn sweep(store: &Store, now: Timestamp) -> Result<u64, DbErr> {
    let mut swept = 0;
    let mut after = String::new();
    while let Some((realm, oldest)) = next_realm(store, &after).await? {
        let before = kept_seconds(store, &realm).await?.map(|seconds| now.plus_seconds(-seconds).0);
        if let Some(before) = before.filter(|before| oldest < *before) {
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

/// The next realm that has any, and the time of its oldest: one step in the index.
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

/// For how many seconds a realm keeps them; none: for ever.
async fn kept_seconds(store: &Store, realm: &str) -> Result<Option<i64>, DbErr> {
    let document: Option<String> = realm::entity::Entity::find_by_id(realm)
        .select_only()
        .column(realm::entity::Column::Document)
        .into_tuple()
        .one(store.reader())
        .await?;
    // A document that cannot be read is no reason to delete anything.
    let document: Value = document.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let told = document.pointer(EXPIRATION);
    let seconds = told.and_then(|value| value.as_i64().or_else(|| value.as_str()?.trim().parse().ok()));
    Ok(seconds.filter(|seconds| *seconds > 0))
}
