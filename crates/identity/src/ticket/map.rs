//! Live tickets in memory.

use crate::{ClientId, RealmId, UserId};

/// Bounded map of live tickets by hash.
#[derive(Default)]
pub(crate) struct Tickets {}

impl Tickets {
    /// How many are in memory.
    pub(crate) fn len(&self) -> u64 {
        0
    }

    /// Drops what belongs to a user; called after a commit that changed or removed the user.
    pub(crate) fn drop_user(&self, user: &UserId) {
        let _ = user;
    }

    /// Drops what belongs to a client.
    pub(crate) fn drop_client(&self, client: &ClientId) {
        let _ = client;
    }

    /// Drops what belongs to a realm.
    pub(crate) fn drop_realm(&self, realm: &RealmId) {
        let _ = realm;
    }
}
