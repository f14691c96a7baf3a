//! Facts about the database itself, and the change counter that tells nodes which snapshots are stale.

pub(crate) mod change;
pub(crate) mod entity;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};

use crate::Error;

/// Marks a database as ours.
pub(crate) const SCHEMA: &str = "schema";
/// Derived from the master key; tells a wrong key before anything is opened with it.
pub(crate) const MASTER_KEY_CHECK: &str = "master_key_check";
/// A random name of this database.
pub(crate) const INSTANCE: &str = "instance";

/// The value of the change counter.
pub(crate) async fn change_version(on: &impl ConnectionTrait) -> Result<i64, Error> {
    let row = change::Entity::find_by_id(1).one(on).await?;
    row.map(|row| row.version).ok_or_else(|| Error::fault("the change row is missing"))
}

/// Moves the change counter by one and tells its new value. Runs inside the transaction that changes something, so that
/// whoever sees the new value sees the change too.
pub(crate) async fn bump_change(on: &impl ConnectionTrait) -> Result<i64, Error> {
    change::Entity::update_many()
        .col_expr(change::Column::Version, Expr::col(change::Column::Version).add(1))
        .filter(change::Column::Id.eq(1))
        .exec(on)
        .await?;
    change_version(on).await
}
