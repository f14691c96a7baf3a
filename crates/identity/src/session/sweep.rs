//! Sweeping: rows of sessions that are over go, a small batch at a time.

use sea_orm::{
    ColumnTrait, DbErr, EntityName,
    sea_query::{Expr, ExprTrait, Query},
};

use super::entity::{Column, Entity};
use crate::{Timestamp, store::Store, sweep::in_batches};

/// Deletes the sessions that were over before `now` and tells how many.
pub(crate) async fn sweep(store: &Store, now: Timestamp) -> Result<u64, DbErr> {
    in_batches(store, |limit| {
        let over = Query::select()
            .columns([Column::Id, Column::Offline])
            .from(Entity.table_ref())
            .and_where(Column::ExpiresAt.lte(now.0))
            .limit(limit)
            .to_owned();
        let key = Expr::tuple([Expr::col(Column::Id), Expr::col(Column::Offline)]);
        Query::delete().from_table(Entity.table_ref()).and_where(key.in_subquery(over)).to_owned()
    })
    .await
}
