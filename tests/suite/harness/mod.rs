//! A world of its own for each test: a fresh database, a clock that the test moves, the real router.

pub mod answer;
pub mod caller;
pub mod realm;

use std::sync::Arc;

use axum::Router;
use identity::{Event, Identity, ManualClock, Realm, testing};
use serde_json::Value;

pub use self::{answer::Answer, caller::Caller};

/// The path of a realm's docker door.
pub const DOOR: &str = "/realms/port/protocol/docker-v2/auth";

/// Everything one test needs; gone when dropped.
pub struct World {
    pub identity: Identity,
    pub clock: Arc<ManualClock>,
    router: Router,
    _store: testing::Fresh,
}

impl World {
    /// The realm `port` of [`realm::port`].
    pub async fn port() -> Self {
        Self::with(realm::port()).await
    }

    /// `port`, changed by the test before it is imported.
    pub async fn port_with(change: impl FnOnce(&mut Value)) -> Self {
        let mut file = realm::port();
        change(&mut file);
        Self::with(file).await
    }

    /// Any realm file.
    pub async fn with(file: Value) -> Self {
        let world = Self::empty().await;
        world.import(file).await;
        world
    }

    /// No realm at all.
    pub async fn empty() -> Self {
        let store = testing::fresh().await;
        let identity = store.identity.clone();
        let clock = store.clock.clone();
        let portreeve = portreeve::assemble(identity.clone(), &portreeve::testing::settings());
        let router = portreeve::app(&portreeve);
        Self { identity, clock, router, _store: store }
    }

    pub async fn import(&self, file: Value) {
        let files = identity::realm_file::read_value(file, "realm.json").unwrap_or_else(|faults| panic!("{faults:?}"));
        for file in files {
            self.identity
                .import_realm(file, identity::realm_file::Strategy::Fail, &portreeve::plugins(), &identity::realm_file::Silent)
                .await
                .expect("the realm comes in");
        }
    }

    pub fn anonymous(&self) -> Caller<'_> {
        Caller::new(self)
    }

    /// A person of the realm file whose password is `pw-NAME`.
    pub fn person(&self, name: &str) -> Caller<'_> {
        self.anonymous().basic(name, &format!("pw-{name}"))
    }

    pub async fn realm(&self, name: &str) -> Arc<Realm> {
        self.identity.realm(name).await.expect("the store answers").expect("the realm is there")
    }

    /// The events of realm `port`, oldest first.
    pub async fn events(&self) -> Vec<Event> {
        self.identity.flush_events().await;
        let realm = self.realm("port").await;
        self.identity.events(&realm, identity::EventQuery::default()).await.expect("the events are read")
    }

    /// Asserts that one event came, of this kind and with this error, and gives it.
    #[track_caller]
    pub async fn last_event(&self) -> Event {
        self.events().await.pop().expect("an event")
    }

    /// How many rows each table has but `event`: what a refusal must not change.
    pub async fn rows(&self) -> Vec<(String, u64)> {
        self.identity.flush_events().await;
        let mut rows = testing::row_counts(&self.identity).await;
        rows.retain(|(table, _)| table != "event");
        rows
    }
}

/// A detail of an event.
pub fn detail<'e>(event: &'e Event, name: &str) -> Option<&'e str> {
    event.details.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
}
