//! Appending events: many rows in one statement.

use std::collections::HashSet;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityName, EntityTrait, IntoActiveModel,
    sea_query::Query,
};

use super::entity::{Entity, Model};
use crate::{Error, realm, writer::HotCommand};

/// Rows that one statement inserts; SQLite takes 32,766 values in one, and a row has eleven.
const ROWS: usize = 1000;

/// Events to be stored.
pub(crate) struct AppendEvents {
    pub(super) rows: Vec<Model>,
}

impl HotCommand for AppendEvents {
    type Answer = ();

    async fn run(set: &[Self], on: &DatabaseTransaction) -> Result<Vec<Result<(), Error>>, DbErr> {
        let realms: HashSet<&str> =
            set.iter().flat_map(|append| &append.rows).map(|row| row.realm_id.as_str()).collect();
        // An event may come after its realm has gone: then nobody keeps it, and nothing is lost.
        let known = known_realms(&realms, on).await?;
        let mut rows = Vec::new();
        for row in set.iter().flat_map(|append| &append.rows).filter(|row| known.contains(&row.realm_id)) {
            rows.push(row.clone().into_active_model());
            if rows.len() == ROWS {
                Entity::insert_many(std::mem::take(&mut rows)).exec_without_returning(on).await?;
            }
        }
        if !rows.is_empty() {
            Entity::insert_many(rows).exec_without_returning(on).await?;
        }
        Ok(set.iter().map(|_| Ok(())).collect())
    }
}

async fn known_realms(realms: &HashSet<&str>, on: &DatabaseTransaction) -> Result<HashSet<String>, DbErr> {
    let query = Query::select()
        .column(realm::entity::Column::Id)
        .from(realm::entity::Entity.table_ref())
        .and_where(realm::entity::Column::Id.is_in(realms.iter().copied()))
        .to_owned();
    on.query_all(&query).await?.iter().map(|row| row.try_get("", "id")).collect()
}
