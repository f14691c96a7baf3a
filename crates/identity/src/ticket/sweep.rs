//! Sweeping: rows past their expiry go, a small batch at a time, so that nobody waits long behind it.

use sea_orm::{ColumnTrait, DbErr, EntityName, sea_query::Query};

use super::entity::{Column, Entity};
use crate::{Timestamp, store::Store, sweep::in_batches};

/// Deletes the tickets that expired before `now` and tells how many.
pub(crate) async fn sweep(store: &Store, now: Timestamp) -> Result<u64, DbErr> {
    in_batches(store, |limit| {
        let expired = Query::select()
            .column(Column::Hash)
            .from(Entity.table_ref())
            .and_where(Column::ExpiresAt.lte(now.0))
            .limit(limit)
            .to_owned();
        Query::delete().from_table(Entity.table_ref()).and_where(Column::Hash.in_subquery(expired)).to_owned()
    })
    .await
}
