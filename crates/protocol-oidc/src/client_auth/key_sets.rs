//! The keys of clients: written in their settings, in a certificate, or at an address.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto::jwk_set::{self, VerifyingKey};
use crypto::key::PublicKey;
use identity::{Client, Timestamp};
use quick_cache::sync::Cache;
use serde_json::Value;

use crate::fetch::Fetch;
use crate::settings::{CERTIFICATE, JWKS_STRING, JWKS_URL, USE_JWKS_STRING, USE_JWKS_URL};

/// More keys than a client rotates through.
const MOST_KEYS: usize = 32;
/// Sets that are kept.
const MOST_SETS: usize = 1024;
/// A set is read again when it is older.
const FRESH_SECONDS: i64 = 600;
/// A key that is not in the set may be newer than the set; but nobody makes us ask more often than this.
const PATIENCE_SECONDS: i64 = 10;

type Keys = Arc<Vec<VerifyingKey>>;

/// Key sets of clients, bounded.
pub(crate) struct KeySets {
    fetch: Arc<dyn Fetch>,
    fetched: Cache<String, (Timestamp, Keys)>,
    written: Cache<String, Keys>,
}

impl KeySets {
    pub(crate) fn new(fetch: Arc<dyn Fetch>) -> Self {
        Self { fetch, fetched: Cache::new(MOST_SETS), written: Cache::new(MOST_SETS) }
    }

    /// The keys of a client, among which is hoped to be the one of this id.
    pub(crate) async fn of(&self, client: &Client, kid: Option<&str>, now: Timestamp) -> Option<Keys> {
        let on = |name: &str| client.attribute(name) == Some("true");
        match (client.attribute(JWKS_URL), client.attribute(JWKS_STRING), client.attribute(CERTIFICATE)) {
            (Some(url), _, _) if on(USE_JWKS_URL) => self.at(url, kid, now).await,
            (_, Some(text), _) if on(USE_JWKS_STRING) => self.written(text, from_set),
            (_, _, Some(text)) => self.written(text, from_certificate),
            _ => None,
        }
    }

    fn written(&self, text: &str, read: fn(&str) -> Option<Vec<VerifyingKey>>) -> Option<Keys> {
        if let Some(known) = self.written.get(text) {
            return Some(known);
        }
        let keys = Arc::new(read(text)?);
        self.written.insert(text.to_owned(), Arc::clone(&keys));
        Some(keys)
    }

    async fn at(&self, url: &str, kid: Option<&str>, now: Timestamp) -> Option<Keys> {
        let known = self.fetched.get(url);
        if let Some((at, keys)) = &known {
            let age = now.seconds() - at.seconds();
            let has = kid.is_none() || keys.iter().any(|key| key.kid.as_deref() == kid);
            if age < if has { FRESH_SECONDS } else { PATIENCE_SECONDS } {
                return Some(Arc::clone(keys));
            }
        }
        match self.fetch.get(url).await {
            Ok(body) => {
                let keys = Arc::new(from_set(std::str::from_utf8(&body).ok()?)?);
                self.fetched.insert(url.to_owned(), (now, Arc::clone(&keys)));
                Some(keys)
            }
            Err(error) => {
                tracing::warn!(%error, "a client's keys cannot be read");
                // What was read before is better than nothing; a key that was withdrawn meanwhile is let go with the set.
                known.map(|(_, keys)| keys)
            }
        }
    }
}

fn from_set(text: &str) -> Option<Vec<VerifyingKey>> {
    let set: Value = serde_json::from_str(text).ok()?;
    jwk_set::read(&set, MOST_KEYS).ok()
}

fn from_certificate(text: &str) -> Option<Vec<VerifyingKey>> {
    let text: String =
        text.lines().filter(|line| !line.starts_with("-----")).flat_map(|line| line.trim().chars()).collect();
    let der = STANDARD.decode(text).ok()?;
    let key = PublicKey::from_spki(&crypto::certificate::public_key_of(&der).ok()?).ok()?;
    Some(vec![VerifyingKey { kid: None, algorithm: None, key }])
}
