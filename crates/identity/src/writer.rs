//! The one writer task: typed hot commands, run set-wise.

use crate::{NotReady, store::Inner};

/// The way to the writer task.
#[derive(Default)]
pub(crate) struct Writer {}

impl Writer {
    /// Starts the task; called once, after the store is open. It must not keep the store alive: it holds a weak reference.
    pub(crate) fn start(&self, inner: &std::sync::Arc<Inner>) {
        let _ = inner;
    }

    /// Whether it lives and lost nothing lately.
    pub(crate) fn ready(&self) -> Result<(), NotReady> {
        Ok(())
    }

    /// Events lost, commands waiting, events waiting.
    pub(crate) fn counters(&self) -> (u64, u64, u64) {
        (0, 0, 0)
    }

    /// Flushes and ends.
    pub(crate) async fn stop(&self) {}
}
