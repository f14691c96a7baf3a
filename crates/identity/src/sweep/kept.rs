//! Sweeping what each realm keeps for a time of its own.

use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait, ExprTrait, QuerySelect,
    sea_query::{Expr, Order, Query},
};
use serde_json::Value;

use super::in_batches;
use crate::{Timestamp, realm, store::Store};

/// Rows that belong to a realm and are of a moment: their table has `id`, `realm_id` and `time`, and an index over the last two.
pub(crate) struct Kept {
    pub(crate) table: &'static str,
    /// For how many seconds a realm with this document keeps them; none, or none above 0: for ever.
    pub(crate) seconds: fn(&Value) -> Option<i64>,
}

impl Kept {
    /// Deletes the rows that are older than their realm keeps them, and those of realms that are gone; tells how many.
    pub(crate) async fn sweep(&self, store: &Store, now: Timestamp) -> Result<u64, DbErr> {
        let mut swept = 0;
        let mut after = String::new();
        while let Some((realm, oldest)) = self.next_realm(store, &after).await? {
            let before = match self.of(store, &realm).await? {
                Keeps::Nothing => i64::MAX,
                Keeps::Seconds(seconds) => now.plus_seconds(-seconds).0,
                Keeps::All => i64::MIN,
            };
            if oldest < before {
                swept += in_batches(store, |limit| {
                    let outdated = Query::select()
                        .column("id")
                        .from(self.table)
                        .and_where(Expr::col("realm_id").eq(realm.as_str()))
                        .and_where(Expr::col("time").lt(before))
                        .limit(limit)
                        .to_owned();
                    Query::delete().from_table(self.table).and_where(Expr::col("id").in_subquery(outdated)).to_owned()
                })
                .await?;
            }
            after = realm;
        }
        Ok(swept)
    }

    /// The next realm that has any, and the time of its oldest: one step in the index, however many there are.
    async fn next_realm(&self, store: &Store, after: &str) -> Result<Option<(String, i64)>, DbErr> {
        let step = Query::select()
            .column("realm_id")
            .column("time")
            .from(self.table)
            .and_where(Expr::col("realm_id").gt(after))
            .order_by("realm_id", Order::Asc)
            .order_by("time", Order::Asc)
            .limit(1)
            .to_owned();
        let Some(row) = store.reader().query_one(&step).await? else { return Ok(None) };
        Ok(Some((row.try_get("", "realm_id")?, row.try_get("", "time")?)))
    }

    async fn of(&self, store: &Store, realm: &str) -> Result<Keeps, DbErr> {
        let document: Option<String> = realm::entity::Entity::find_by_id(realm)
            .select_only()
            .column(realm::entity::Column::Document)
            .into_tuple()
            .one(store.reader())
            .await?;
        let Some(document) = document else { return Ok(Keeps::Nothing) };
        // A document that cannot be read is no reason to delete anything.
        let document: Value = serde_json::from_str(&document).unwrap_or_default();
        Ok(match (self.seconds)(&document) {
            Some(seconds) if seconds > 0 => Keeps::Seconds(seconds),
            _ => Keeps::All,
        })
    }
}

/// How long a realm keeps them.
enum Keeps {
    Nothing,
    Seconds(i64),
    All,
}
