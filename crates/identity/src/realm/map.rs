//! Realm snapshots in memory.
//!
//! A commit of this process drops what it changed before it answers, and a load that is under way at that moment does not
//! come in any more. Commits of other nodes are told by the poller: it calls [`Realms::note_change`] with the counter it
//! saw and then drops every snapshot whose realm has another version.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use quick_cache::sync::Cache;

use super::load;
use crate::{Error, Identity, Realm, RealmId};

/// Snapshots that are kept.
const KEPT: usize = 2048;
/// A longer name is no realm's.
pub(crate) const LONGEST_NAME: usize = 255;

/// Bounded map of snapshots by realm name.
pub(crate) struct Realms {
    by_name: Cache<String, Arc<Realm>>,
    /// The change counter as the poller last saw it.
    noted: AtomicI64,
    /// How often everything was dropped.
    cleared: AtomicU64,
}

impl Default for Realms {
    fn default() -> Self {
        Self { by_name: Cache::new(KEPT), noted: AtomicI64::new(0), cleared: AtomicU64::new(0) }
    }
}

impl Realms {
    pub(crate) fn len(&self) -> u64 {
        self.by_name.len() as u64
    }

    /// Drops a snapshot by name; a load of it that is under way will not be kept.
    pub(crate) fn drop_name(&self, name: &str) {
        self.by_name.remove(name);
    }

    /// Drops a snapshot by row.
    pub(crate) fn drop_id(&self, id: &RealmId) {
        self.by_name.retain(|_, realm| realm.id != *id);
    }

    /// Drops everything; what is being loaded will not be kept either.
    pub(crate) fn clear(&self) {
        self.cleared.fetch_add(1, Ordering::SeqCst);
        self.by_name.clear();
    }

    /// Row and version of each snapshot in memory.
    pub(crate) fn versions(&self) -> Vec<(RealmId, i64)> {
        self.by_name.iter().map(|(_, realm)| (realm.id.clone(), realm.version)).collect()
    }

    /// The poller has seen the change counter at this value. To be called before it compares versions, so that a snapshot
    /// that was read before and comes in later is noticed.
    pub(crate) fn note_change(&self, counter: i64) {
        self.noted.fetch_max(counter, Ordering::SeqCst);
    }
}

pub(crate) async fn find(identity: &Identity, name: &str) -> Result<Option<Arc<Realm>>, Error> {
    let realms = &identity.0.realms;
    if let Some(realm) = realms.by_name.get(name) {
        if identity.is_memory_fresh() || load::version(identity, &realm.id).await? == Some(realm.version) {
            return Ok(Some(realm));
        }
        realms.drop_name(name);
    }
    // PostgreSQL's text has no NUL: asking for one is a fault there, and no realm's name here.
    if name.len() > LONGEST_NAME || name.contains('\0') {
        return Ok(None);
    }
    loop {
        let guard = match realms.by_name.get_value_or_guard_async(name).await {
            Ok(realm) => return Ok(Some(realm)),
            Err(guard) => guard,
        };
        let cleared = realms.cleared.load(Ordering::SeqCst);
        let Some((realm, counter)) = load::by_name(identity, name).await? else { return Ok(None) };
        let realm = Arc::new(realm);
        // Refused if a commit dropped this realm meanwhile; what was read serves this one request.
        let _ = guard.insert(Arc::clone(&realm));
        let noticed = realms.noted.load(Ordering::SeqCst) > counter || realms.cleared.load(Ordering::SeqCst) != cleared;
        if !noticed || load::version(identity, &realm.id).await? == Some(realm.version) {
            return Ok(Some(realm));
        }
        realms.drop_name(name);
    }
}

impl Identity {
    /// Whether memory may answer for the rows without a look at them.
    pub(crate) fn is_memory_fresh(&self) -> bool {
        self.is_single_node() || !self.0.poll.is_stale(self.0.clock.monotonic_micros())
    }
}
