//! A fresh store for tests of this crate and of those above it: a clock that stands still, chance that repeats, and hashes
//! that cost next to nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "only tests are built with this module, and a test fails by panicking"
)]

use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use crypto::{
    digest,
    password::{
        Argon2Variant, Argon2Version, HashSpec,
        pool::{Gate, PoolSettings},
    },
    random::Random,
    seal::MasterKey,
    secret::Secret,
};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    Clock, DatabaseUrl, Identity, ManualClock, NewRealm, NewUser, OpenSettings, Realm, RealmId, Timestamp, UserId,
};

/// Names a PostgreSQL server (`postgres://user@host:port/database`) where databases may be made. Unset: SQLite alone.
pub const POSTGRES: &str = "PORTREEVE_TEST_POSTGRES";

/// What the clock shows at first: 15 January 2027, 08:00 UTC.
pub const START: Timestamp = Timestamp(1_800_000_000_000);

/// A hash that costs some microseconds.
pub const CHEAP: HashSpec = HashSpec::Argon2 {
    variant: Argon2Variant::Id,
    version: Argon2Version::V13,
    memory_kib: 8,
    iterations: 1,
    parallelism: 1,
    hash_length: 32,
};

/// Chance that repeats: the same seed gives the same bytes in the same order.
#[derive(Debug)]
pub struct RepeatingRandom {
    seed: u64,
    drawn: AtomicU64,
}

impl RepeatingRandom {
    /// The sequence of this seed, from its beginning.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }
}

impl Random for RepeatingRandom {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let drawn = self.drawn.fetch_add(1, Ordering::SeqCst);
            let block = digest::sha256(&[self.seed.to_be_bytes(), drawn.to_be_bytes()].concat());
            chunk.iter_mut().zip(block).for_each(|(out, byte)| *out = byte);
        }
    }
}

/// A store in a place of its own; the place goes when this goes.
pub struct TestStore {
    /// The open store.
    pub identity: Identity,
    /// Its clock.
    pub clock: ManualClock,
    /// Holds its hashing threads back when closed.
    pub gate: Gate,
    /// Where it is.
    pub database: DatabaseUrl,
    opened: u64,
    folder: TempDir,
}

impl TestStore {
    /// A fresh store on SQLite.
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = DatabaseUrl::Sqlite(folder.path().join("data/portreeve.db"));
        Self::open(database, folder).await
    }

    async fn open(database: DatabaseUrl, folder: TempDir) -> Self {
        let clock = ManualClock::at(START);
        let gate = Gate::open();
        let identity = Identity::open(settings(&database, &clock, &gate, 1)).await.unwrap();
        Self { identity, clock, gate, database, opened: 1, folder }
    }

    /// What the store was opened with, for opening it again; each time with other chance.
    pub fn settings(&mut self) -> OpenSettings {
        self.opened += 1;
        settings(&self.database, &self.clock, &self.gate, self.opened)
    }

    /// A second node on the same database, with a memory of its own.
    pub async fn another_node(&mut self) -> Identity {
        Identity::open(self.settings()).await.unwrap()
    }

    /// Closes the store and opens it again.
    pub async fn restart(&mut self) {
        self.identity.shutdown().await;
        self.identity = Identity::open(self.settings()).await.unwrap();
    }

    /// Makes a realm as a new one is, with these members of its representation.
    pub async fn add_realm(&self, name: &str, document: Value) -> Arc<Realm> {
        let mut tx = self.identity.begin().await.unwrap();
        tx.add_realm(NewRealm { id: None, name: name.to_owned(), document }).await.unwrap();
        tx.commit().await.unwrap();
        self.realm(name).await
    }

    /// A realm that must be there.
    pub async fn realm(&self, name: &str) -> Arc<Realm> {
        self.identity.realm(name).await.unwrap().expect("the realm is there")
    }

    /// Makes a user with this password, cheaply hashed.
    pub async fn add_user(&self, realm: &RealmId, user: NewUser, password: &str) -> UserId {
        let mut salt = [0; 16];
        self.identity.random().fill(&mut salt);
        let hash = self.identity.hashing().hash(CHEAP, &Secret::from(password.to_owned()), salt).await.unwrap();
        let mut tx = self.identity.begin().await.unwrap();
        let id = tx.add_user(realm, user).await.unwrap();
        tx.set_password_hash(&id, &hash).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// The folder that the store may use.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

fn settings(database: &DatabaseUrl, clock: &ManualClock, gate: &Gate, seed: u64) -> OpenSettings {
    let clock: Arc<dyn Clock> = Arc::new(clock.clone());
    OpenSettings {
        database: database.clone(),
        master_key: MasterKey::generate(&RepeatingRandom::seeded(0)),
        clock,
        random: Arc::new(RepeatingRandom::seeded(seed)),
        hashing: PoolSettings { threads: NonZeroUsize::MIN, queue: 256, gate: gate.clone() },
        readers: 4,
    }
}

/// Tables whose rows [`TestStore::rows`] counts: all that a request could write to.
const TABLES: [&str; 23] = [
    "admin_event",
    "client",
    "client_scope",
    "client_scope_binding",
    "client_session",
    "credential",
    "event",
    "federated_identity",
    "group_role",
    "login_failure",
    "protocol_mapper",
    "realm",
    "realm_key",
    "realm_user",
    "role",
    "role_composite",
    "ticket",
    "user_attribute",
    "user_consent",
    "user_group",
    "user_group_member",
    "user_role",
    "user_session",
];

impl TestStore {
    /// A fresh store on the database that the environment chooses: PostgreSQL where [`POSTGRES`] names a server, else SQLite.
    /// A database made on that server is left to whoever started it.
    pub async fn chosen() -> Self {
        match std::env::var(POSTGRES) {
            Ok(server) => Self::postgres(&server).await.0,
            Err(_) => Self::sqlite().await,
        }
    }

    async fn postgres(server: &str) -> (Self, DatabaseConnection, String) {
        let control = Database::connect(server).await.unwrap();
        let name = format!("test_{}", crypto::random::uuid(&crypto::random::SystemRandom).simple());
        control.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        let (base, _) = server.rsplit_once('/').expect("the URL names a database");
        let database = DatabaseUrl::Postgres(format!("{base}/{name}"));
        (Self::open(database, tempfile::tempdir().unwrap()).await, control, name)
    }

    /// How many rows each table has, for a test that asserts what was not written.
    pub async fn rows(&self) -> Vec<(&'static str, i64)> {
        let mut counts = Vec::with_capacity(TABLES.len());
        for table in TABLES {
            counts.push((table, self.count(table).await));
        }
        counts
    }

    /// How many rows one table has.
    pub async fn count(&self, table: &str) -> i64 {
        let reader = self.identity.store().reader();
        let count = Statement::from_string(reader.get_database_backend(), format!("SELECT count(*) FROM {table}"));
        reader.query_one_raw(count).await.unwrap().expect("a count is a row").try_get_by_index(0).unwrap()
    }
}

/// Runs a test on a fresh store of each database that is at hand: SQLite, and PostgreSQL where [`POSTGRES`] names a server.
pub async fn on_each_database(test: impl AsyncFn(TestStore)) {
    test(TestStore::sqlite().await).await;
    let Ok(server) = std::env::var(POSTGRES) else { return };
    let (store, control, name) = TestStore::postgres(&server).await;
    test(store).await;
    control.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
}
