//! Watches the change counter for other nodes' commits.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use crate::{NotReady, store::Inner};

/// A node that has not seen the change counter for this long does not trust its memory.
pub(crate) const STALE_AFTER_MICROS: u64 = 1_000_000;

/// What the poller has seen.
#[derive(Default)]
pub(crate) struct Poll {
    /// Monotonic time of the last answer, in microseconds.
    pub(crate) seen_at: AtomicU64,
}

impl Poll {
    /// Starts the task where several nodes may share the database; called once, after the store is open. It holds a weak
    /// reference.
    pub(crate) fn start(&self, inner: &Arc<Inner>) {
        self.seen_at.store(inner.clock.monotonic_micros(), Ordering::Relaxed);
    }

    /// Whether what is in memory may be older than other nodes' commits by more than a second.
    pub(crate) fn is_stale(&self, now_micros: u64) -> bool {
        now_micros.saturating_sub(self.seen_at.load(Ordering::Relaxed)) > STALE_AFTER_MICROS
    }

    /// Whether the poller is younger than a second.
    pub(crate) fn ready(&self, inner: &Inner) -> Result<(), NotReady> {
        if !inner.store.is_single_node() && self.is_stale(inner.clock.monotonic_micros()) {
            return Err(NotReady::Poller);
        }
        Ok(())
    }
}
