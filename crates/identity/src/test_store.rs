//! A store with somebody in it, for the tests of what a request writes.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    Event, Identity, ManualClock, NewUser, Realm, UserId,
    testing::{TestStore, on_each_database},
};

/// An open store with the realm `town`, where `anna` lives.
pub(crate) struct Town {
    pub(crate) identity: Identity,
    pub(crate) clock: ManualClock,
    pub(crate) realm: Arc<Realm>,
    pub(crate) user: UserId,
    pub(crate) store: TestStore,
}

/// Runs a test in a fresh town on each database that is at hand.
pub(crate) async fn each_database(test: impl AsyncFn(Town)) {
    on_each_database(async |store| test(Town::found(store).await).await).await;
}

impl Town {
    pub(crate) async fn found(store: TestStore) -> Self {
        let realm = store.add_realm("town", json!({})).await;
        let user = store.add_user(&realm.id, NewUser::named("anna"), "hunter2").await;
        let realm = store.realm("town").await;
        Self { identity: store.identity.clone(), clock: store.clock.clone(), realm, user, store }
    }

    /// Changes settings of the realm and takes its new snapshot.
    pub(crate) async fn set(&mut self, settings: Value) {
        let mut tx = self.identity.begin().await.unwrap();
        tx.change_realm(&self.realm.id, settings).await.unwrap();
        tx.commit().await.unwrap();
        self.realm = self.store.realm("town").await;
    }

    /// How many statements `work` sends.
    pub(crate) async fn statements(&self, work: impl Future<Output = ()>) -> u64 {
        let before = self.identity.statistics().statements;
        work.await;
        self.identity.statistics().statements - before
    }

    /// Rows of a table.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.store.count(table).await
    }

    pub(crate) fn event(&self, kind: &'static str) -> Event {
        Event {
            time: crate::Clock::now(&self.clock),
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
