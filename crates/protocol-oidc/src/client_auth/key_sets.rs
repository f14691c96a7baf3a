//! The keys of clients: written in their settings, in a certificate, or at an address.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::jwe::{self, EncryptingKey};
use crypto::jwk_set::{self, VerifyingKey};
use crypto::key::PublicKey;
use identity::{Client, Timestamp};
use outbound::Fetch;
use quick_cache::sync::Cache;
use serde_json::Value;

use crate::remote_uri;
use crate::settings::{CERTIFICATE, JWKS_STRING, JWKS_URL, USE_JWKS_STRING, USE_JWKS_URL};

/// More keys than a client rotates through.
const MOST_KEYS: usize = 32;
/// Sets that are kept.
const MOST_SETS: usize = 1024;
/// A set is read again when it is older.
const FRESH_SECONDS: i64 = 600;
/// A set that cannot be read any more still counts for so long: a key that was withdrawn meanwhile must not count for ever.
const STALE_SECONDS: i64 = 3600;
/// A key that is not in the set may be newer than the set; but nobody makes us ask an address more often than this, whatever
/// came of the last time.
const PATIENCE_SECONDS: i64 = 10;

type Keys = Arc<ClientKeys>;

/// A client's keys: those that it signs with, and those that it can be written to with.
pub(crate) struct ClientKeys {
    signing: Vec<VerifyingKey>,
    pub(crate) encrypting: Vec<EncryptingKey>,
}

impl std::ops::Deref for ClientKeys {
    type Target = [VerifyingKey];

    fn deref(&self) -> &Self::Target {
        &self.signing
    }
}

/// Key sets of clients, bounded.
pub(crate) struct KeySets {
    fetch: Arc<dyn Fetch>,
    fetched: Cache<String, Arc<Remote>>,
    written: Cache<String, Keys>,
}

/// What is known of one address.
#[derive(Default)]
struct Remote {
    known: Mutex<Option<(Timestamp, Keys)>>,
    /// When it was asked last; held while it is asked, so that many who want the same ask once.
    asked: tokio::sync::Mutex<Option<Timestamp>>,
}

impl Remote {
    /// The set that was read, and its age in seconds.
    fn known(&self, now: Timestamp) -> Option<(i64, Keys)> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().map(|(at, keys)| (age(*at, now), Arc::clone(keys)))
    }

    /// The set, if it is what somebody wants who hopes for this key.
    fn wanted(&self, kid: Option<&str>, now: Timestamp) -> Option<Keys> {
        let (age, keys) = self.known(now)?;
        let has = kid.is_none() || keys.iter().any(|key| key.kid.as_deref() == kid);
        (has && age < FRESH_SECONDS).then_some(keys)
    }

    /// The set, if it is better than nothing.
    fn usable(&self, now: Timestamp) -> Option<Keys> {
        self.known(now).filter(|(age, _)| *age < STALE_SECONDS).map(|(_, keys)| keys)
    }
}

/// Seconds since; a clock that was set back makes what was read before it old.
fn age(at: Timestamp, now: Timestamp) -> i64 {
    let age = now.seconds() - at.seconds();
    if age < 0 { i64::MAX } else { age }
}

impl KeySets {
    pub(crate) fn new(fetch: Arc<dyn Fetch>) -> Self {
        Self { fetch, fetched: Cache::new(MOST_SETS), written: Cache::new(MOST_SETS) }
    }

    /// The keys of a client, among which is hoped to be the one of this id.
    pub(crate) async fn of(&self, client: &Client, kid: Option<&str>, now: Timestamp) -> Option<Keys> {
        let on = |name: &str| client.attribute(name) == Some("true");
        match (client.attribute(JWKS_URL), client.attribute(JWKS_STRING), client.attribute(CERTIFICATE)) {
            (Some(url), _, _) if on(USE_JWKS_URL) => self.at(&remote_uri::absolute(client, url), kid, now).await,
            (_, Some(text), _) if on(USE_JWKS_STRING) => self.written(text, from_set),
            (_, _, Some(text)) => self.written(text, from_certificate),
            _ => None,
        }
    }

    fn written(&self, text: &str, read: fn(&str) -> Option<ClientKeys>) -> Option<Keys> {
        if let Some(known) = self.written.get(text) {
            return Some(known);
        }
        let keys = Arc::new(read(text)?);
        self.written.insert(text.to_owned(), Arc::clone(&keys));
        Some(keys)
    }

    async fn at(&self, url: &str, kid: Option<&str>, now: Timestamp) -> Option<Keys> {
        let remote = match self.fetched.get(url) {
            Some(remote) => remote,
            None => self.fetched.get_or_insert_with(url, || Ok::<_, ()>(Arc::default())).ok()?,
        };
        if let Some(keys) = remote.wanted(kid, now) {
            return Some(keys);
        }
        let mut asked = remote.asked.lock().await;
        // Somebody else may have asked while this one waited.
        if let Some(keys) = remote.wanted(kid, now) {
            return Some(keys);
        }
        if asked.is_some_and(|at| age(at, now) < PATIENCE_SECONDS) {
            return remote.usable(now);
        }
        *asked = Some(now);
        let body = self.fetch.get(url).await.ok();
        if let Some(keys) = body.and_then(|body| from_set(std::str::from_utf8(&body).ok()?)) {
            let keys = Arc::new(keys);
            *remote.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&keys)));
            return Some(keys);
        }
        remote.usable(now)
    }
}

fn from_set(text: &str) -> Option<ClientKeys> {
    let set: Value = serde_json::from_str(text).ok()?;
    let signing = jwk_set::read(&set, MOST_KEYS).ok()?;
    Some(ClientKeys { signing, encrypting: jwe::read(&set, MOST_KEYS).ok()? })
}

fn from_certificate(text: &str) -> Option<ClientKeys> {
    let text: String =
        text.lines().filter(|line| !line.starts_with("-----")).flat_map(|line| line.trim().chars()).collect();
    let der = STANDARD.decode(text).ok()?;
    let spki = crypto::certificate::public_key_of(&der).ok()?;
    let key = || PublicKey::from_spki(&spki).ok();
    Some(ClientKeys {
        signing: vec![VerifyingKey { kid: None, algorithm: None, key: key()? }],
        encrypting: vec![EncryptingKey { kid: None, algorithm: None, key: key()? }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::sync::atomic::{AtomicUsize, Ordering};

    use crypto::algorithm::KeyKind;
    use crypto::key::KeyPair;
    use outbound::{BoxFuture, FetchError, Reply, Request};
    use serde_json::json;

    const URL: &str = "https://app.example/keys";

    /// One address: what is there, how often it was asked, and a gate that holds answers back.
    struct Shelf {
        names: Mutex<Option<Vec<&'static str>>>,
        asked: AtomicUsize,
        gate: tokio::sync::Semaphore,
    }

    impl Fetch for Shelf {
        fn send<'a>(&'a self, _: Request<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
            Box::pin(async move {
                self.asked.fetch_add(1, Ordering::Relaxed);
                let _through = self.gate.acquire().await.unwrap();
                let names = self.names.lock().unwrap().clone().ok_or(FetchError::Failed)?;
                let key = serde_json::to_value(KeyPair::generate(KeyKind::P256).unwrap().public_jwk()).unwrap();
                let keys: Vec<Value> = names
                    .iter()
                    .map(|name| {
                        let mut key = key.clone();
                        key["kid"] = json!(name);
                        key
                    })
                    .collect();
                let body = json!({ "keys": keys }).to_string().into();
                Ok(Reply { status: http::StatusCode::OK, headers: http::HeaderMap::new(), body })
            })
        }
    }

    fn sets(names: Option<&[&'static str]>) -> (Arc<Shelf>, KeySets) {
        let names = Mutex::new(names.map(<[_]>::to_vec));
        let shelf = Arc::new(Shelf { names, asked: AtomicUsize::new(0), gate: tokio::sync::Semaphore::new(8) });
        (Arc::clone(&shelf), KeySets::new(shelf))
    }

    impl Shelf {
        fn put(&self, names: Option<&[&'static str]>) {
            *self.names.lock().unwrap() = names.map(<[_]>::to_vec);
        }

        fn asked(&self) -> usize {
            self.asked.load(Ordering::Relaxed)
        }
    }

    /// Ids of the keys that somebody gets who hopes for one at this second.
    async fn at(sets: &KeySets, kid: &str, second: i64) -> Option<Vec<String>> {
        let keys = sets.at(URL, Some(kid), Timestamp(second * 1000)).await?;
        Some(keys.iter().filter_map(|key| key.kid.clone()).collect())
    }

    fn ids(name: &str) -> Vec<String> {
        vec![name.to_owned()]
    }

    #[tokio::test]
    async fn a28_an_address_is_asked_when_a_key_is_missing_and_not_too_often() {
        let (shelf, sets) = sets(Some(&["one"]));
        assert_eq!(at(&sets, "one", 1000).await, Some(ids("one")));
        assert_eq!(at(&sets, "one", 1000 + FRESH_SECONDS - 1).await, Some(ids("one")));
        assert_eq!(shelf.asked(), 1, "kept");
        assert_eq!(at(&sets, "one", 1000 + FRESH_SECONDS).await, Some(ids("one")));
        assert_eq!(shelf.asked(), 2, "too old");

        shelf.put(Some(&["two"]));
        assert_eq!(at(&sets, "two", 1609).await, Some(ids("one")));
        assert_eq!(shelf.asked(), 2, "asked nine seconds ago");
        assert_eq!(at(&sets, "two", 1610).await, Some(ids("two")));
        for second in 1610..1620 {
            assert_eq!(at(&sets, "forged", second).await, Some(ids("two")));
        }
        assert_eq!(shelf.asked(), 3, "whoever makes ids up makes nobody ask");
        assert_eq!(at(&sets, "two", 1000).await, Some(ids("two")));
        assert_eq!(shelf.asked(), 4, "the clock was set back");
    }

    #[tokio::test]
    async fn an_address_that_fails_is_asked_as_seldom_and_old_keys_count_for_a_while() {
        let (shelf, sets) = sets(None);
        for second in 1000..1010 {
            assert_eq!(at(&sets, "one", second).await, None);
        }
        assert_eq!(shelf.asked(), 1);
        shelf.put(Some(&["one"]));
        assert_eq!(at(&sets, "one", 1010).await, Some(ids("one")));
        shelf.put(None);
        assert_eq!(at(&sets, "one", 1010 + STALE_SECONDS - 1).await, Some(ids("one")));
        assert_eq!(at(&sets, "one", 1010 + STALE_SECONDS + PATIENCE_SECONDS).await, None);
        assert_eq!(shelf.asked(), 4);
    }

    #[tokio::test]
    async fn many_who_want_the_same_ask_once() {
        let (shelf, sets) = sets(Some(&["one"]));
        let held = shelf.gate.acquire_many(8).await.unwrap();
        let all = futures_util::future::join_all((0..50).map(|_| at(&sets, "one", 1000)));
        let open = async {
            tokio::task::yield_now().await;
            drop(held);
        };
        let (all, ()) = futures_util::future::join(all, open).await;
        assert!(all.iter().all(|keys| *keys == Some(ids("one"))));
        assert_eq!(shelf.asked(), 1);
    }
}
