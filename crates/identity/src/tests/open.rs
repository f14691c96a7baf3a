//! What is opened, and what is refused and left alone.

use std::{fs, path::Path};

use crypto::seal::MasterKey;
use sea_orm::{ActiveValue::Set, ConnectionTrait, Database, EntityTrait};
use serde_json::json;

use crate::{
    Identity, OpenError, meta, realm,
    testing::{RepeatingRandom, TestStore, on_each_database},
};

async fn foreign(path: &Path, statements: &[&str]) -> Vec<u8> {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let database = Database::connect(format!("sqlite:{}?mode=rwc", path.display())).await.unwrap();
    for statement in statements {
        database.execute_unprepared(statement).await.unwrap();
    }
    database.close().await.unwrap();
    fs::read(path).unwrap()
}

/// Opens a store on a file that holds these tables; what was there must be there as it was.
async fn refused(statements: &[&str]) -> OpenError {
    let mut store = TestStore::sqlite().await;
    let path = store.folder().join("foreign/some.db");
    let before = foreign(&path, statements).await;
    let mut settings = store.settings();
    settings.database = crate::DatabaseUrl::Sqlite(path.clone());
    let error = Identity::open(settings).await.map(|_| ()).unwrap_err();
    assert_eq!(fs::read(&path).unwrap(), before, "the file was left alone");
    let beside: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
    assert_eq!(beside.len(), 1, "nothing was left beside it: {beside:?}");
    error
}

#[tokio::test]
async fn a_keycloak_database_is_refused_and_left_alone() {
    let error = refused(&["CREATE TABLE DATABASECHANGELOG (id text)", "CREATE TABLE realm (id text)"]).await;
    assert!(matches!(error, OpenError::KeycloakDatabase), "{error:?}");
    assert!(error.to_string().contains("Keycloak's own"));
}

#[tokio::test]
async fn tables_that_would_be_in_the_way_are_refused_and_left_alone() {
    let error = refused(&["CREATE TABLE realm (id text)"]).await;
    assert!(matches!(error, OpenError::ForeignDatabase), "{error:?}");
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    on_each_database(async |mut store| {
        let sql = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_future', 0)";
        store.identity.store().writer.execute_unprepared(sql).await.unwrap();
        let error = Identity::open(store.settings()).await.map(|_| ()).unwrap_err();
        assert!(matches!(&error, OpenError::NewerSchema(step) if step == "m29990101_000001_future"), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn another_master_key_is_refused() {
    on_each_database(async |mut store| {
        store.add_realm("town", json!({})).await;
        let mut settings = store.settings();
        settings.master_key = MasterKey::generate(&RepeatingRandom::seeded(99));
        let error = Identity::open(settings).await.map(|_| ()).unwrap_err();
        assert!(matches!(error, OpenError::WrongMasterKey), "{error:?}");
        store.restart().await;
        assert!(store.identity.realm("town").await.unwrap().is_some(), "the right key still opens it");
    })
    .await;
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_told_without_its_password() {
    let mut store = TestStore::sqlite().await;
    let mut settings = store.settings();
    settings.database = crate::DatabaseUrl::Postgres("postgres://someone:hunter2@127.0.0.1:1/nothing".to_owned());
    let error = Identity::open(settings).await.map(|_| ()).unwrap_err();
    assert!(matches!(error, OpenError::Unreachable(_)), "{error:?}");
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[tokio::test]
async fn a_half_imported_realm_is_swept_and_the_others_stay() {
    on_each_database(async |mut store| {
        store.add_realm("town", json!({})).await;
        let half = realm::entity::ActiveModel {
            id: Set("half".to_owned()),
            name: Set("half".to_owned()),
            enabled: Set(true),
            visible: Set(false),
            version: Set(0),
            document: Set("{}".to_owned()),
            sealed: Set(None),
            created_at: Set(0),
        };
        realm::entity::Entity::insert(half).exec_without_returning(&store.identity.store().writer).await.unwrap();
        assert!(store.identity.realm("half").await.unwrap().is_none(), "an invisible realm serves nobody");
        store.restart().await;
        // The start has begun to sweep by itself; whoever comes first does it.
        let names = async || {
            let rows = realm::entity::Entity::find().all(store.identity.store().reader()).await.unwrap();
            rows.into_iter().map(|row| row.name).collect::<Vec<_>>()
        };
        while names().await.len() > 1 {
            store.identity.sweep().await.unwrap();
        }
        assert_eq!(names().await, ["town"]);
    })
    .await;
}

#[tokio::test]
async fn opening_again_changes_nothing() {
    on_each_database(async |mut store| {
        let facts = async |store: &TestStore| {
            let mut rows = meta::entity::Entity::find().all(store.identity.store().reader()).await.unwrap();
            rows.sort_by(|a, b| a.key.cmp(&b.key));
            rows
        };
        let before = facts(&store).await;
        assert_eq!(before.len(), 3);
        store.restart().await;
        assert_eq!(facts(&store).await, before);
        assert_eq!(store.identity.ready().await, Ok(()));
        store.identity.shutdown().await;
        assert!(store.identity.ready().await.is_err(), "a closed store is not ready");
    })
    .await;
}

#[tokio::test]
async fn sqlite_is_durable_and_its_readers_cannot_write() {
    let store = TestStore::sqlite().await;
    let pragma = async |on: &sea_orm::DatabaseConnection, name: &str| {
        let statement = sea_orm::Statement::from_string(on.get_database_backend(), format!("PRAGMA {name}"));
        let row = on.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index::<String>(0).or_else(|_| row.try_get_by_index::<i64>(0).map(|n| n.to_string())).unwrap()
    };
    let writer = &store.identity.store().writer;
    assert_eq!(pragma(writer, "journal_mode").await, "wal");
    assert_eq!(pragma(writer, "synchronous").await, "2", "FULL");
    assert_eq!(pragma(writer, "foreign_keys").await, "1");
    let reader = store.identity.store().reader();
    assert!(reader.execute_unprepared("DELETE FROM change").await.is_err());
    assert_eq!(meta::change_version(reader).await.unwrap(), 0);
}
