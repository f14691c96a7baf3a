//! Bringing a database that is ours up to date.

use migrations::Migrator;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, EntityTrait, QueryFilter,
    QuerySelect, TransactionTrait, sea_query::OnConflict,
};
use sea_orm_migration::MigratorTrait;

use super::{OpenError, OpenSettings, inspect};
use crate::{Timestamp, meta, store::Store, ticket};

/// Expired tickets that are swept at start; the rest go in the writer's own time.
const TICKETS: u64 = 10_000;
/// Any number will do, as long as all nodes ask for the same.
const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(8087224635012397)";

/// Takes the missing steps and writes down whose database this is.
pub(super) async fn migrate(database: &DatabaseConnection, settings: &OpenSettings) -> Result<(), OpenError> {
    // Nodes that start together take turns; SQLite's migrations hold its write lock anyway.
    let turn = if database.get_database_backend() == DbBackend::Postgres {
        let turn = database.begin().await.map_err(inspect::failed)?;
        turn.execute_unprepared(MIGRATION_LOCK).await.map_err(inspect::failed)?;
        Some(turn)
    } else {
        None
    };
    Migrator::up(database, None).await.map_err(inspect::failed)?;
    let facts = [
        (meta::SCHEMA, "portreeve".to_owned()),
        (meta::MASTER_KEY_CHECK, inspect::check_text(&settings.master_key)),
        (meta::INSTANCE, crypto::random::uuid(&*settings.random).to_string()),
    ];
    meta::entity::Entity::insert_many(
        facts.map(|(key, value)| meta::entity::ActiveModel { key: Set(key.to_owned()), value: Set(value) }),
    )
    .on_conflict(OnConflict::column(meta::entity::Column::Key).do_nothing().to_owned())
    .exec_without_returning(database)
    .await
    .map_err(inspect::failed)?;
    if let Some(turn) = turn {
        turn.commit().await.map_err(inspect::failed)?;
    }
    // Another node may have written its key's check first.
    inspect::inspect(database, &settings.master_key).await
}

/// Sweeps what has expired while nobody served.
pub(super) async fn sweep(store: &Store, now: Timestamp) -> Result<(), DbErr> {
    let expired = ticket::entity::Entity::find()
        .select_only()
        .column(ticket::entity::Column::Hash)
        .filter(ticket::entity::Column::ExpiresAt.lte(now.0))
        .limit(TICKETS);
    ticket::entity::Entity::delete_many()
        .filter(ticket::entity::Column::Hash.in_subquery(sea_orm::QueryTrait::into_query(expired)))
        .exec(&store.writer)
        .await?;
    Ok(())
}
