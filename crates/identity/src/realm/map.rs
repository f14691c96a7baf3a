//! Realm snapshots in memory.

use std::sync::Arc;

use crate::{Error, Identity, Realm, RealmId};

/// Bounded map of snapshots by realm name.
#[derive(Default)]
pub(crate) struct Realms {}

impl Realms {
    pub(crate) fn len(&self) -> u64 {
        0
    }

    /// Drops a snapshot by name.
    pub(crate) fn drop_name(&self, name: &str) {
        let _ = name;
    }

    /// Drops a snapshot by row.
    pub(crate) fn drop_id(&self, id: &RealmId) {
        let _ = id;
    }

    /// Drops everything.
    pub(crate) fn clear(&self) {}

    /// Name, row and version of each snapshot in memory, for the poller.
    pub(crate) fn versions(&self) -> Vec<(RealmId, i64)> {
        Vec::new()
    }
}

pub(crate) async fn find(identity: &Identity, name: &str) -> Result<Option<Arc<Realm>>, Error> {
    let _ = (identity, name);
    todo!()
}
