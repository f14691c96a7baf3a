//! Changing the world as an administrator would.

use std::sync::Arc;

use crypto::{password::Gate, secret::Secret};
use identity::{
    MapperOwner, MapperSeed, NewUser, Realm, Rotation, TicketSelector, Tx, User, UserChange, testing::CHEAP,
};
use serde_json::{Value, json};

use super::World;

impl World {
    async fn user(&self, name: &str) -> (Arc<Realm>, Arc<User>) {
        let realm = self.realm("port").await;
        let user = self.identity.find_user_by_login(&realm, name).await.expect("the store answers");
        (realm, user.expect("the user is there"))
    }

    async fn change(&self, change: impl AsyncFnOnce(&mut Tx)) {
        let mut tx = self.identity.begin().await.expect("a unit of work");
        change(&mut tx).await;
        tx.commit().await.expect("the change is kept");
    }

    pub async fn change_realm(&self, settings: Value) {
        let realm = self.realm("port").await;
        self.change(async |tx| tx.change_realm(&realm.id, settings).await.expect("the realm changes")).await;
    }

    pub async fn add_user(&self, name: &str, password: &str) {
        let realm = self.realm("port").await;
        self.store.add_user(&realm.id, NewUser::named(name), password).await;
    }

    pub async fn remove_user(&self, name: &str) {
        let (_, user) = self.user(name).await;
        self.change(async |tx| tx.remove_user(&user.id).await.expect("the user goes")).await;
    }

    pub async fn set_password(&self, name: &str, password: &str) {
        let (_, user) = self.user(name).await;
        let secret = Secret::from(password.to_owned());
        let hash = self.identity.hashing().hash(CHEAP, &secret, [7; 16]).await.expect("the pool has room");
        self.change(async |tx| {
            tx.set_password_hash(&user.id, &hash).await.expect("the password changes");
        })
        .await;
    }

    pub async fn set_enabled(&self, name: &str, enabled: bool) {
        self.change_user(name, UserChange { enabled: Some(enabled), ..UserChange::default() }).await;
    }

    pub async fn change_user(&self, name: &str, change: UserChange) {
        let (_, user) = self.user(name).await;
        self.change(async |tx| tx.change_user(&user.id, change).await.expect("the user changes")).await;
    }

    pub async fn leave_group(&self, name: &str, path: &str) {
        let (realm, user) = self.user(name).await;
        let group = realm.group_at(path).expect("the group is there").clone();
        self.change(async |tx| tx.leave_group(&user.id, &group).await.expect("the user leaves")).await;
    }

    pub async fn set_client_enabled(&self, client_id: &str, enabled: bool) {
        let realm = self.realm("port").await;
        let id = realm.client(client_id).expect("the client is there").id.clone();
        self.change(async |tx| tx.change_client(&id, json!({"enabled": enabled})).await.expect("the client changes"))
            .await;
    }

    /// Puts an access rule into the store as it is, past every check of a door.
    pub async fn add_rule(&self, client_id: &str, config: &Value) {
        let realm = self.realm("port").await;
        let owner = MapperOwner::Client(realm.client(client_id).expect("the client is there").id.clone());
        let seed = MapperSeed {
            name: "odd".to_owned(),
            mapper: "docker-v2-access-rule".to_owned(),
            protocol: "docker-v2".to_owned(),
            config: serde_json::from_value(config.clone()).expect("a map of texts"),
        };
        self.change(async |tx| {
            tx.add_mapper(&owner, seed).await.expect("the store takes it");
        })
        .await;
    }

    /// Revokes every token that speaks for a user; gives how many there were.
    pub async fn revoke_tokens(&self, name: &str) -> u64 {
        let (realm, user) = self.user(name).await;
        self.identity.revoke_tickets(&realm, TicketSelector::User(&user.id)).await.expect("the tokens go")
    }

    pub async fn rotate(&self, step: Rotation) {
        let realm = self.realm("port").await;
        self.identity.rotate_keys(&realm, step).await.expect("the keys move on");
    }

    /// Logs in as `docker login` does, for an identity token at `registry`.
    pub async fn identity_token(&self, name: &str) -> String {
        let path = format!("{}?service=registry&client_id=docker&offline_token=true", super::DOOR);
        let answer = self.person(name).get(&path).await.expect(200).json();
        answer["refresh_token"].as_str().expect("an identity token").to_owned()
    }

    /// Holds the hashing threads back until the gate is opened.
    pub fn hold_hashing(&self) -> Gate {
        self.store.gate.pause();
        self.store.gate.clone()
    }

    /// Waits until so many requests have asked for a hash and none was made.
    pub async fn wait_until_hashing_is_asked(&self, requests: u64) {
        loop {
            let stats = self.identity.hashing().stats();
            if (stats.queued + stats.running) as u64 + stats.shared_total >= requests {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
}
