//! Live sessions in memory, on one node.
//!
//! What the writer changes it changes here too, after the commit and before it answers; so a refresh costs no look at the
//! rows. An entry is changed in place: whoever holds one sees the change.

use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicI64, Ordering},
};

use quick_cache::Weighter;

use super::{ClientSession, SessionId, UserSession};
use crate::{ClientId, Error, RealmId, Timestamp, UserId, cache::Map};

/// Units of sessions in memory at most. A session with a client is one, of about 1.5 KiB; what a client may have written into
/// it counts, so that nobody can fill the memory with few sessions.
const CAPACITY: usize = 32_000;

/// Which session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SessionKey {
    pub(crate) id: SessionId,
    pub(crate) offline: bool,
}

/// A session with the clients that have a part in it.
pub(crate) struct Kept {
    pub(super) session: Arc<UserSession>,
    /// When it was last used, and when that was last written down.
    seen: AtomicI64,
    written: AtomicI64,
    parts: RwLock<Box<[Arc<ClientSession>]>>,
}

impl Kept {
    pub(super) fn new(session: Arc<UserSession>, parts: Vec<ClientSession>) -> Self {
        Self {
            seen: AtomicI64::new(session.last_seen_at.0),
            written: AtomicI64::new(session.last_seen_at.0),
            session,
            parts: RwLock::new(parts.into_iter().map(Arc::new).collect()),
        }
    }

    pub(super) fn seen(&self) -> Timestamp {
        Timestamp(self.seen.load(Ordering::Relaxed))
    }

    pub(super) fn part(&self, client: &ClientId) -> Option<Arc<ClientSession>> {
        let parts = self.parts.read().unwrap_or_else(PoisonError::into_inner);
        parts.iter().find(|part| part.client == *client).map(Arc::clone)
    }

    /// Notes a use; tells whether it should be written down by now, and takes that upon the caller.
    pub(super) fn touch(&self, client: Option<&ClientId>, now: Timestamp, lag_millis: i64) -> bool {
        self.seen.fetch_max(now.0, Ordering::Relaxed);
        if let Some(client) = client {
            self.change(client, |part| part.last_seen_at = part.last_seen_at.max(now));
        }
        let written = self.written.load(Ordering::Relaxed);
        now.0.saturating_sub(written) >= lag_millis
            && self.written.compare_exchange(written, now.0, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Changes a client's part, if it has one.
    pub(super) fn change(&self, client: &ClientId, change: impl FnOnce(&mut ClientSession)) {
        let mut parts = self.parts.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(part) = parts.iter_mut().find(|part| part.client == *client) {
            change(Arc::make_mut(part));
        }
    }

    /// Puts a client's part in, in the place of an older one.
    pub(super) fn put(&self, part: &ClientSession) {
        let mut parts = self.parts.write().unwrap_or_else(PoisonError::into_inner);
        let others = parts.iter().filter(|other| other.client != part.client).map(Arc::clone);
        *parts = others.chain([Arc::new(part.clone())]).collect();
    }

    /// Takes a client's part out.
    pub(super) fn take(&self, client: &ClientId) {
        let mut parts = self.parts.write().unwrap_or_else(PoisonError::into_inner);
        if parts.iter().any(|part| part.client == *client) {
            *parts = parts.iter().filter(|part| part.client != *client).map(Arc::clone).collect();
        }
    }
}

/// Bounded map of sessions.
pub(crate) struct Sessions(Map<SessionKey, Arc<Kept>, Units>);

impl Default for Sessions {
    fn default() -> Self {
        Self(Map::weighted(CAPACITY, Units))
    }
}

/// Weighs a session when it comes in.
#[derive(Clone)]
struct Units;

impl Weighter<SessionKey, Arc<Kept>> for Units {
    fn weight(&self, _: &SessionKey, kept: &Arc<Kept>) -> u64 {
        let parts = kept.parts.read().unwrap_or_else(PoisonError::into_inner);
        let notes = kept.session.notes.bytes() + parts.iter().map(|part| part.notes.bytes()).sum::<usize>();
        // A first client's part is in the first unit, and each further one takes about half of one.
        1 + (notes + parts.len().saturating_sub(1) * 512) as u64 / 1024
    }
}

impl Sessions {
    pub(crate) fn len(&self) -> u64 {
        self.0.len() as u64
    }

    pub(super) async fn find(
        &self,
        key: SessionKey,
        load: impl Future<Output = Result<Option<Arc<Kept>>, Error>>,
    ) -> Result<Option<Arc<Kept>>, Error> {
        self.0.get_or_load(&key, load).await
    }

    pub(super) fn get(&self, key: SessionKey) -> Option<Arc<Kept>> {
        self.0.get(&key)
    }

    /// Keeps a session that was just opened.
    pub(super) fn keep(&self, kept: Kept) {
        self.0.put(kept.session.key(), Arc::new(kept));
    }

    /// Changes what is in memory of a session, after the commit that changed its rows. A load that is under way may have read
    /// what was before: it is not kept.
    pub(super) fn change(&self, key: SessionKey, change: impl FnOnce(&Kept)) {
        match self.0.get(&key) {
            Some(kept) => change(&kept),
            None => self.0.remove(&key),
        }
    }

    pub(super) fn drop_key(&self, key: SessionKey) {
        self.0.remove(&key);
    }

    /// Drops what belongs to a user; called after a commit that removed the user.
    pub(crate) fn drop_user(&self, user: &UserId) {
        self.0.remove_where(|kept| kept.session.user == *user);
    }

    /// Drops what a client has a part in.
    pub(crate) fn drop_client(&self, client: &ClientId) {
        self.0.remove_where(|kept| kept.part(client).is_some());
    }

    /// Drops what belongs to a realm.
    pub(crate) fn drop_realm(&self, realm: &RealmId) {
        self.0.remove_where(|kept| kept.session.realm == *realm);
    }

    /// Drops everything.
    pub(crate) fn clear(&self) {
        self.0.clear();
    }
}
