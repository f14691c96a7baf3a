//! Fresh stores for this crate's own tests, on each database that is at hand.

use std::sync::Arc;

use crypto::{password::pool::PoolSettings, random::SystemRandom, seal::MasterKey};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, EntityTrait, IntoActiveModel, sea_query::Expr};

use crate::{
    Clock, DatabaseUrl, Event, Identity, ManualClock, OpenSettings, Realm, RealmId, Timestamp, UserId, realm,
    user,
};

/// The name of the variable that holds a PostgreSQL server's URL, with the right to make databases.
const POSTGRES: &str = "PORTREEVE_TEST_POSTGRES";

/// Any 32 bytes.
const KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

/// An open store with the realm `town`, whose user `anna` may do everything.
pub(crate) struct TestStore {
    pub(crate) identity: Identity,
    pub(crate) clock: ManualClock,
    pub(crate) realm: Arc<Realm>,
    pub(crate) user: UserId,
    place: Place,
}

/// Where a store lives.
#[derive(Clone)]
pub(crate) struct Place {
    database: DatabaseUrl,
    /// The master key, in base64.
    key: &'static str,
    _folder: Arc<tempfile::TempDir>,
}

/// Runs a test on a fresh SQLite file, and on a fresh PostgreSQL database where there is a server.
pub(crate) async fn each_database(test: impl AsyncFn(TestStore)) {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let file = folder.path().join("store.db");
    test(TestStore::make(Place { database: DatabaseUrl::Sqlite(file), key: KEY, _folder: folder }).await).await;

    let Ok(server) = std::env::var(POSTGRES) else { return };
    let control = Database::connect(&server).await.unwrap();
    let name = format!("test_{}", crypto::random::uuid(&SystemRandom).simple());
    control.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    let (head, _) = server.rsplit_once('/').unwrap();
    let database = DatabaseUrl::Postgres(format!("{head}/{name}"));
    let folder = Arc::new(tempfile::tempdir().unwrap());
    test(TestStore::make(Place { database, key: KEY, _folder: folder }).await).await;
    control.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
}

impl Place {
    pub(crate) async fn open(&self, clock: &ManualClock) -> Identity {
        Identity::open(OpenSettings {
            database: self.database.clone(),
            master_key: MasterKey::from_base64(self.key).unwrap(),
            clock: Arc::new(clock.clone()),
            random: Arc::new(SystemRandom),
            hashing: PoolSettings::for_machine(),
            readers: 4,
        })
        .await
        .unwrap()
    }
}

/// Makes a user.
pub(crate) async fn add_user(identity: &Identity, realm: &RealmId, id: &UserId, name: &str) {
    let mut tx = identity.begin().await.unwrap();
    let row = user::entity::Model {
        id: id.to_string(),
        realm_id: realm.to_string(),
        username: name.to_owned(),
        email: None,
        first_name: None,
        last_name: None,
        enabled: true,
        created_at: 0,
        service_account_client_id: None,
        not_before: 0,
        required_actions: "[]".to_owned(),
        version: 1,
        document: "{}".to_owned(),
        position: 0,
    };
    user::entity::Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await.unwrap();
    tx.touch_user(id);
    tx.commit().await.unwrap();
}

impl TestStore {
    async fn make(place: Place) -> Self {
        let clock = ManualClock::at(Timestamp(1_800_000_000_000));
        let identity = place.open(&clock).await;
        let mut tx = identity.begin().await.unwrap();
        let realm = RealmId::from("realm-of-the-town");
        let row = realm::entity::Model {
            id: realm.to_string(),
            name: "town".to_owned(),
            enabled: true,
            visible: true,
            version: 1,
            document: "{}".to_owned(),
            sealed: None,
            created_at: 0,
        };
        realm::entity::Entity::insert(row.into_active_model()).exec_without_returning(tx.connection()).await.unwrap();
        tx.touch_realm(&realm);
        tx.commit().await.unwrap();
        let user = UserId::from("user-anna");
        add_user(&identity, &realm, &user, "anna").await;
        let realm = identity.realm("town").await.unwrap().unwrap();
        Self { identity, clock, realm, user, place }
    }

    pub(crate) fn place(&self) -> Place {
        self.place.clone()
    }

    /// Changes settings of the realm and takes its new snapshot.
    pub(crate) async fn set(&mut self, settings: serde_json::Value) {
        let mut tx = self.identity.begin().await.unwrap();
        realm::entity::Entity::update_many()
            .col_expr(realm::entity::Column::Document, Expr::value(settings.to_string()))
            .exec(tx.connection())
            .await
            .unwrap();
        tx.touch_realm(&self.realm.id);
        tx.touch_realm_name("town");
        tx.commit().await.unwrap();
        self.realm = self.identity.realm("town").await.unwrap().unwrap();
    }

    /// How many statements `work` sends.
    pub(crate) async fn statements(&self, work: impl Future<Output = ()>) -> u64 {
        let before = self.identity.statistics().statements;
        work.await;
        self.identity.statistics().statements - before
    }

    /// Rows of a table.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        let reader: &DatabaseConnection = self.identity.store().reader();
        let statement =
            sea_orm::Statement::from_string(reader.get_database_backend(), format!("SELECT count(*) FROM {table}"));
        reader.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    pub(crate) fn event(&self, kind: &'static str) -> Event {
        Event {
            time: self.clock.now(),
            kind: kind.into(),
            client: Some("registry".to_owned()),
            user: Some(self.user.clone()),
            session: None,
            address: Some([192, 0, 2, 7].into()),
            error: None,
            details: vec![("scope".into(), "repository:a/b:pull".to_owned())],
        }
    }
}
