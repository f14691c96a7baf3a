//! The door against a real store, on SQLite and, where `PORTREEVE_TEST_POSTGRES` names one, on PostgreSQL.

mod brute_force;
mod enumeration;
mod names;
mod new_password;
mod otp;
mod rehash;
mod repeats;
mod service_account;
mod sizes;
mod ticket;
mod who_may;

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use crypto::password::{Gate, HashSpec, HashingPool, PasswordHash, PoolSettings};
use crypto::secret::Secret;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::testing::{START, TestStore, on_each_database};
use crate::{
    CredentialId, Denied, Identity, ManualClock, NewCredential, NewRealm, NewTicket, NewUser, Peer, Proven, Realm,
    SecondFactor, User, UserChange, UserId,
};

const PASSWORD: &str = "correct horse";
/// Hashes that cost next to nothing, for tests that count something else.
const CHEAP: &str = "hashAlgorithm(pbkdf2-sha512) and hashIterations(1)";

/// A store with one realm, a clock that stands still, and a pool that can be held.
struct House {
    identity: Identity,
    clock: ManualClock,
    gate: Gate,
    realm: Arc<Realm>,
    peer: Peer,
    _store: TestStore,
}

/// Runs a test on each database, in a realm with these settings.
async fn on_each(settings: Value, test: impl AsyncFn(House)) {
    on_each_database(async |store| test(House::build(store, settings.clone()).await).await).await;
}

impl House {
    async fn build(store: TestStore, settings: Value) -> Self {
        let realm = store.add_realm("harbour", settings).await;
        let peer = Peer { address: IpAddr::from([192, 0, 2, 1]) };
        let (identity, clock, gate) = (store.identity.clone(), store.clock.clone(), store.gate.clone());
        Self { identity, clock, gate, realm, peer, _store: store }
    }

    /// Changes the realm's settings.
    async fn settings(&mut self, patch: Value) {
        let mut tx = self.identity.begin().await.unwrap();
        tx.change_realm(&self.realm.id, patch).await.unwrap();
        tx.commit().await.unwrap();
        self.reload().await;
    }

    async fn reload(&mut self) {
        self.realm = self.identity.realm("harbour").await.unwrap().unwrap();
    }

    /// A user with a password hashed as `spec` says.
    async fn user_with(&self, name: &str, password: &str, spec: HashSpec) -> UserId {
        self.add(NewUser::named(name), Some((password, spec))).await
    }

    /// A user with [`PASSWORD`], hashed as the realm's policy says.
    async fn user(&self, name: &str) -> UserId {
        self.user_with(name, PASSWORD, self.realm.settings.password_policy.hash_spec()).await
    }

    async fn add(&self, user: NewUser, password: Option<(&str, HashSpec)>) -> UserId {
        let hash = match password {
            Some((password, spec)) => Some(hash(password, spec).await),
            None => None,
        };
        let mut tx = self.identity.begin().await.unwrap();
        let id = tx.add_user(&self.realm.id, user).await.unwrap();
        if let Some(hash) = hash {
            tx.set_password_hash(&id, &hash).await.unwrap();
        }
        tx.commit().await.unwrap();
        id
    }

    async fn change(&self, user: &UserId, change: UserChange) {
        let mut tx = self.identity.begin().await.unwrap();
        tx.change_user(user, change).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Enrols a credential of this kind as a realm file would bring it.
    async fn enrol(&self, user: &UserId, kind: &str, data: Value, secret: Value) -> CredentialId {
        let mut tx = self.identity.begin().await.unwrap();
        let credential = NewCredential {
            id: None,
            kind: kind.to_owned(),
            label: None,
            created_at: Some(START),
            credential_data: data.to_string(),
            secret_data: Zeroizing::new(secret.to_string()),
            document: Value::Null,
        };
        let id = tx.add_credential(user, credential).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn try_as(&self, login: &str, password: &str, factor: SecondFactor) -> Result<Proven, Denied> {
        self.identity.prove_password(&self.realm, login, &Secret::from(password), factor, &self.peer).await
    }

    /// One attempt at a door that cannot ask for a second factor.
    async fn attempt(&self, login: &str, password: &str) -> Result<Proven, Denied> {
        self.try_as(login, password, SecondFactor::Refuse).await
    }

    /// The event's word for what an attempt was refused with; `ok` if it was not.
    async fn outcome(&self, login: &str, password: &str) -> &'static str {
        word(&self.attempt(login, password).await)
    }

    async fn loaded(&self, user: &UserId) -> Arc<User> {
        self.identity.find_user(&self.realm, user).await.unwrap().unwrap()
    }

    async fn failures(&self, user: &UserId) -> u32 {
        self.identity.failure_state(&self.realm, user).await.unwrap().failures
    }

    async fn ticket(&self, user: &UserId) -> Secret {
        let new = NewTicket { user: Some(user), dies_with_password: true, ..NewTicket::new(&self.realm, "test") };
        self.identity.issue_ticket(new, "test").await.unwrap()
    }

    /// Hash jobs done so far.
    fn jobs(&self) -> u64 {
        self.identity.hashing().stats().done_total.sum()
    }

    /// Waits until so many jobs wait in the held pool.
    async fn until_queued(&self, jobs: usize) {
        while self.identity.hashing().stats().queued < jobs {
            tokio::task::yield_now().await;
        }
    }
}

/// Hashed in a pool of its own, so that the house's counts the door's jobs only.
async fn hash(password: &str, spec: HashSpec) -> PasswordHash {
    let pool = HashingPool::new(PoolSettings { threads: NonZeroUsize::MIN, queue: 8, gate: Gate::open() }).unwrap();
    pool.hash(spec, &Secret::from(password), *b"0123456789abcdef").await.unwrap()
}

fn cheap() -> HashSpec {
    HashSpec::from_policy(Some("pbkdf2-sha512"), Some(1)).unwrap()
}

fn word(answer: &Result<Proven, Denied>) -> &'static str {
    answer.as_ref().map_or_else(Denied::event_error, |_| "ok")
}

/// A realm that counts failures and locks after `factor` of them for a minute, quick ones not at once.
fn guarded(factor: u32) -> Value {
    json!({
        "passwordPolicy": CHEAP, "bruteForceProtected": true, "failureFactor": factor, "waitIncrementSeconds": 60,
        "quickLoginCheckMilliSeconds": 0,
    })
}
