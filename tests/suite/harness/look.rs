//! Looking at what a request left behind.

use std::sync::Arc;

use crypto::otp::Totp;
use identity::{Clock, Event, EventQuery, Realm, realm_file::NoProgress as Silent};
use serde_json::Value;

use super::World;

impl World {
    pub async fn realm(&self, name: &str) -> Arc<Realm> {
        self.store.realm(name).await
    }

    pub fn clock_seconds(&self) -> i64 {
        self.clock.now().seconds()
    }

    /// The events of realm `port`, oldest first.
    pub async fn events(&self) -> Vec<Event> {
        self.identity.flush_events().await;
        let realm = self.realm("port").await;
        let query = EventQuery { limit: 10_000, ..EventQuery::default() };
        let mut events = self.identity.events(&realm, query).await.expect("the events are read");
        events.reverse();
        events
    }

    /// The newest event of realm `port`.
    pub async fn last_event(&self) -> Event {
        self.events().await.pop().expect("an event")
    }

    /// How many rows each table has, less the events: what a refusal must not change.
    pub async fn rows(&self) -> Vec<(&'static str, i64)> {
        self.identity.flush_events().await;
        let mut rows = self.store.rows().await;
        rows.retain(|(table, _)| *table != "event");
        rows
    }

    /// How many rows one table has.
    pub async fn rows_of(&self, table: &str) -> i64 {
        self.store.rows().await.into_iter().find(|(name, _)| *name == table).expect("a table").1
    }

    pub async fn user_id(&self, name: &str) -> String {
        let realm = self.realm("port").await;
        let user = self.identity.find_user_by_login(&realm, name).await.expect("the store answers");
        user.expect("the user is there").id.to_string()
    }

    /// Failed log-ins of a user as they are counted now.
    pub async fn failures(&self, name: &str) -> u64 {
        let realm = self.realm("port").await;
        let user = self.identity.find_user_by_login(&realm, name).await.expect("the store answers").expect("a user");
        u64::from(self.identity.failure_state(&realm, &user.id).await.expect("the store answers").failures)
    }

    /// Hash jobs done so far, by engine.
    pub fn hash_jobs(&self) -> Vec<u64> {
        let done = self.identity.hashing().stats().done_total;
        vec![done.argon2, done.pbkdf2_sha1, done.pbkdf2_sha256, done.pbkdf2_sha512]
    }

    /// The one-time code that user `otp`'s application shows now.
    pub fn otp_code(&self) -> String {
        let totp = Totp::from_keycloak(
            "{\"subType\":\"totp\",\"digits\":6,\"counter\":0,\"period\":30,\"algorithm\":\"HmacSHA1\"}",
            "{\"value\":\"JBSWY3DPEHPK3PXPJBSW\"}",
        )
        .expect("a credential as Keycloak stores it");
        totp.code(totp.step_at(self.clock_seconds()).unsigned_abs()).to_string()
    }

    /// How a user's password is hashed now, as the store holds it.
    pub async fn hash_algorithm(&self, realm: &str, name: &str) -> String {
        let export = self.export(realm).await;
        let users = export["users"].as_array().expect("users");
        let user = users.iter().find(|user| user["username"] == name).expect("the user is there");
        let data = user["credentials"][0]["credentialData"].as_str().expect("credential data");
        let data: Value = serde_json::from_str(data).expect("JSON");
        data["algorithm"].as_str().expect("an algorithm").to_owned()
    }

    pub async fn export(&self, realm: &str) -> Value {
        let mut file = Vec::new();
        self.identity.export_realm(realm, true, &mut file, &Silent).await.expect("the realm goes out");
        serde_json::from_slice(&file).expect("an export is JSON")
    }
}

/// A detail of an event.
pub fn detail<'e>(event: &'e Event, name: &str) -> Option<&'e str> {
    event.details.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
