//! Fresh databases for the tests of this crate: SQLite always, PostgreSQL where `PORTREEVE_TEST_POSTGRES` names a server
//! on which this user may make databases.

use std::sync::Arc;

use crypto::password::PoolSettings;
use crypto::random::SystemRandom;
use crypto::seal::MasterKey;
use sea_orm::ConnectionTrait;

use crate::{Clock, DatabaseUrl, Identity, OpenSettings};

pub(crate) struct Database {
    url: DatabaseUrl,
    /// Goes with the test.
    _folder: Option<tempfile::TempDir>,
}

/// One fresh database of each kind that this machine has.
pub(crate) async fn databases() -> Vec<Database> {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = DatabaseUrl::Sqlite(folder.path().join("portreeve.sqlite"));
    let mut all = vec![Database { url: sqlite, _folder: Some(folder) }];
    if let Ok(server) = std::env::var("PORTREEVE_TEST_POSTGRES") {
        let name = format!("portreeve_test_{}", crypto::random::uuid(&SystemRandom).simple());
        let connection = sea_orm::Database::connect(&server).await.unwrap();
        connection.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        connection.close().await.unwrap();
        let (base, options) = server.split_once('?').map_or((server.as_str(), None), |(base, o)| (base, Some(o)));
        let (host, _) = base.rsplit_once('/').unwrap();
        let url = match options {
            Some(options) => format!("{host}/{name}?{options}"),
            None => format!("{host}/{name}"),
        };
        all.push(Database { url: DatabaseUrl::Postgres(url), _folder: None });
    }
    all
}

impl Database {
    pub(crate) async fn open(&self, clock: Arc<dyn Clock>, hashing: PoolSettings) -> Identity {
        let settings = OpenSettings {
            database: self.url.clone(),
            master_key: MasterKey::generate(&SystemRandom),
            clock,
            random: Arc::new(SystemRandom),
            hashing,
            readers: 4,
        };
        Identity::open(settings).await.unwrap()
    }
}
