//! Counters in memory, on one node.

use super::FailureState;
use crate::{Error, UserId, cache::Map};

/// Users whose counters are in memory at most.
const CAPACITY: usize = 50_000;

/// Bounded map of counters by user.
pub(crate) struct Failures(Map<UserId, FailureState>);

impl Default for Failures {
    fn default() -> Self {
        Self(Map::new(CAPACITY))
    }
}

impl Failures {
    pub(super) async fn find(
        &self,
        user: &UserId,
        load: impl Future<Output = Result<Option<FailureState>, Error>>,
    ) -> Result<Option<FailureState>, Error> {
        self.0.get_or_load(user, load).await
    }

    /// Whether the user is known to have no row.
    pub(super) fn is_clean(&self, user: &UserId) -> bool {
        self.0.get(user).is_some_and(|state| state == FailureState::default())
    }

    /// Drops a user's counters; called after a commit that changed them or removed the user.
    pub(crate) fn drop_user(&self, user: &UserId) {
        self.0.remove(user);
    }

    /// Drops everything.
    pub(crate) fn clear(&self) {
        self.0.clear();
    }
}
