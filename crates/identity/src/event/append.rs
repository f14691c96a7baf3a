//! Appending events: many rows in few statements.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityName, Value, sea_query::Query};

use crate::{Error, RealmId, insert::Rows, realm, writer::HotCommand};

const COLUMNS: [&str; 11] =
    ["id", "realm_id", "time", "kind", "client_id", "user_id", "session_id", "address", "error", "details", "sequence"];

/// Events to be stored.
pub(crate) struct AppendEvents {
    pub(super) rows: Vec<Row>,
}

/// An event to be stored.
pub(super) struct Row {
    pub(super) realm: RealmId,
    /// In the order of [`COLUMNS`].
    pub(super) values: [Value; COLUMNS.len()],
}

impl HotCommand for AppendEvents {
    type Answer = ();

    async fn run(set: &[Self], on: &DatabaseTransaction) -> Result<Vec<Result<(), Error>>, DbErr> {
        let all = || set.iter().flat_map(|append| &append.rows);
        let realms: HashSet<&str> = all().map(|row| row.realm.as_str()).collect();
        // An event may come after its realm has gone: then nobody keeps it, and nothing is lost.
        let known = known_realms(&realms, on).await?;
        let mut rows = Rows::new("event", &COLUMNS);
        for row in all().filter(|row| known.contains(row.realm.as_str())) {
            rows.push(row.values.clone());
        }
        rows.send(on).await?;
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
