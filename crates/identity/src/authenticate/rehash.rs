//! The newer hash that a right password gets.
//!
//! A password can be hashed anew only while it is known, so it happens right after it has been proved: in the
//! background, so that nobody waits for it; a few at a time, and only while the pool has room, so that a morning after
//! an import does not double the work of everybody's first log-in. What is skipped is done at the next log-in.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crypto::password::HashSpec;
use crypto::secret::Secret;
use tokio::sync::Semaphore;

use super::stored::{Stored, StoredPassword};
use crate::{CredentialId, Error, Identity, Realm};

/// Hashes made anew at the same time.
const AT_ONCE: usize = 2;
/// With more jobs than this in the pool's line, somebody waits for an answer: nothing is made anew then.
const MOST_QUEUED: usize = 4;

pub(super) struct Rehash {
    places: Arc<Semaphore>,
    /// Credentials whose new hash is being made: a user's parallel requests make one.
    under_way: Arc<Mutex<HashSet<CredentialId>>>,
}

impl Default for Rehash {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)), under_way: Arc::default() }
    }
}

impl Identity {
    /// Has the proved password hashed as the realm's policy says, if its stored hash is of another kind or cost.
    pub(super) fn rehash_later(&self, realm: &Realm, stored: &Stored, password: &Secret) {
        let spec = realm.settings.password_policy.hash_spec();
        let Some(old) = stored.password.as_ref().filter(|old| !old.hash.matches_cost(&spec)) else { return };
        if self.hashing().stats().queued > MOST_QUEUED {
            return;
        }
        let rehash = &self.0.door.rehash;
        let Ok(place) = Arc::clone(&rehash.places).try_acquire_owned() else { return };
        let Some(turn) = Turn::take(&rehash.under_way, &old.id) else { return };
        let (identity, old, password) = (self.clone(), old.clone(), password.clone());
        tokio::spawn(async move {
            if let Err(error) = identity.rehash(&old, spec, &password).await {
                tracing::warn!(%error, credential = %old.id, "a password could not be hashed anew");
            }
            drop((turn, place));
        });
    }

    async fn rehash(&self, old: &StoredPassword, spec: HashSpec, password: &Secret) -> Result<(), Error> {
        // A log-in that began before another's new hash was written would have it made once more, for nothing.
        if !self.still_stands(old).await? {
            return Ok(());
        }
        let mut salt = [0; 16];
        self.random().fill(&mut salt);
        // A pool that is full has better things to do; the next log-in asks again.
        let Ok(new) = self.hashing().hash(spec, password, salt).await else { return Ok(()) };
        self.replace_hash(old, &new).await
    }

    /// Waits until no hash is being made anew.
    #[cfg(any(test, feature = "testing"))]
    pub async fn rehashes_done(&self) {
        // Whoever holds all places knows that nobody else holds one.
        let _ = self.0.door.rehash.places.acquire_many(AT_ONCE as u32).await;
    }
}

/// A credential's turn; others of it are turned away until it is dropped.
struct Turn {
    under_way: Arc<Mutex<HashSet<CredentialId>>>,
    credential: CredentialId,
}

impl Turn {
    fn take(under_way: &Arc<Mutex<HashSet<CredentialId>>>, credential: &CredentialId) -> Option<Self> {
        let is_first = under_way.lock().unwrap_or_else(PoisonError::into_inner).insert(credential.clone());
        is_first.then(|| Self { under_way: Arc::clone(under_way), credential: credential.clone() })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.credential);
    }
}
