//! Looking at a database before anything is done to it.

use std::collections::HashSet;

use crypto::{digest, seal::MasterKey};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, EntityTrait, Statement};

use super::OpenError;
use crate::meta;

/// Tables that Keycloak's own schema has and ours has not.
const KEYCLOAKS: [&str; 3] = ["databasechangelog", "databasechangeloglock", "realm_attribute"];
/// Where sea-orm-migration notes which steps were taken.
const STEPS: &str = "seaql_migrations";
/// Tables that could only be ours, or that would be in our way.
const OURS: [&str; 4] = ["realm", "realm_user", "realm_key", "meta"];

/// Refuses a database that is not ours to use. Reads only.
pub(super) async fn inspect(database: &DatabaseConnection, key: &MasterKey) -> Result<(), OpenError> {
    let tables = tables(database).await.map_err(failed)?;
    if KEYCLOAKS.iter().any(|table| tables.contains(*table)) {
        return Err(OpenError::KeycloakDatabase);
    }
    if !tables.contains(STEPS) {
        return if OURS.iter().any(|table| tables.contains(*table)) { Err(OpenError::ForeignDatabase) } else { Ok(()) };
    }
    let known: HashSet<String> = migrations::known_steps().into_iter().collect();
    let steps = steps(database).await.map_err(failed)?;
    let ours = tables.contains("meta");
    if let Some(unknown) = steps.into_iter().find(|step| !known.contains(step)) {
        return Err(if ours { OpenError::NewerSchema(unknown) } else { OpenError::ForeignDatabase });
    }
    if ours {
        let check = meta::entity::Entity::find_by_id(meta::MASTER_KEY_CHECK).one(database).await.map_err(failed)?;
        if check.is_some_and(|check| !digest::equal(check.value.as_bytes(), check_text(key).as_bytes())) {
            return Err(OpenError::WrongMasterKey);
        }
    }
    Ok(())
}

/// What a database remembers of its master key.
pub(super) fn check_text(key: &MasterKey) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(key.check_value())
}

async fn tables(database: &DatabaseConnection) -> Result<HashSet<String>, DbErr> {
    let sql = match database.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT tablename AS name FROM pg_tables WHERE schemaname = ANY (current_schemas(false))"
        }
        _ => "SELECT name FROM sqlite_master WHERE type = 'table'",
    };
    names(database, sql).await.map(|names| names.into_iter().map(|name| name.to_lowercase()).collect())
}

async fn steps(database: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    names(database, "SELECT version AS name FROM seaql_migrations ORDER BY version").await
}

async fn names(database: &DatabaseConnection, sql: &str) -> Result<Vec<String>, DbErr> {
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let rows = database.query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get::<String>("", "name")).collect()
}

#[allow(clippy::needless_pass_by_value, reason = "stands in `map_err`")]
pub(super) fn failed(error: DbErr) -> OpenError {
    OpenError::Failed(error.to_string())
}
