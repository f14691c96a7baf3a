//! Live tickets in memory, on one node.

use std::sync::Arc;

use super::{Ticket, TicketHash};
use crate::{ClientId, Error, RealmId, UserId, cache::Map};

/// Tickets in memory at most; about half a kilobyte each.
const CAPACITY: usize = 50_000;

/// Bounded map of live tickets by hash.
pub(crate) struct Tickets(Map<TicketHash, Arc<Ticket>>);

impl Default for Tickets {
    fn default() -> Self {
        Self(Map::new(CAPACITY))
    }
}

impl Tickets {
    /// How many are in memory.
    pub(crate) fn len(&self) -> u64 {
        self.0.len() as u64
    }

    pub(super) async fn find(
        &self,
        hash: &TicketHash,
        load: impl Future<Output = Result<Option<Arc<Ticket>>, Error>>,
    ) -> Result<Option<Arc<Ticket>>, Error> {
        self.0.get_or_load(hash, load).await
    }

    /// Drops these; called after the commit that revoked or consumed them.
    pub(crate) fn drop_all<'a>(&self, hashes: impl IntoIterator<Item = &'a TicketHash>) {
        for hash in hashes {
            self.0.remove(hash);
        }
    }

    /// Drops what belongs to a user; called after a commit that removed the user.
    pub(crate) fn drop_user(&self, user: &UserId) {
        self.0.remove_where(|ticket| ticket.user.as_ref() == Some(user));
    }

    /// Drops what belongs to a client.
    pub(crate) fn drop_client(&self, client: &ClientId) {
        self.0.remove_where(|ticket| ticket.client.as_ref() == Some(client));
    }

    /// Drops what belongs to a realm.
    pub(crate) fn drop_realm(&self, realm: &RealmId) {
        self.0.remove_where(|ticket| ticket.realm == *realm);
    }

    /// Drops everything.
    pub(crate) fn clear(&self) {
        self.0.clear();
    }
}
