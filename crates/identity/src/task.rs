//! Background tasks of an open store. Each holds a weak reference: none keeps the store alive, and all end with it.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinHandle;

use crate::store::Inner;

/// A task that may have been started.
#[derive(Default)]
pub(crate) struct Task(Mutex<Option<JoinHandle<()>>>);

impl Task {
    pub(crate) fn start(&self, work: impl Future<Output = ()> + Send + 'static) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(tokio::spawn(work));
    }

    /// Waits for its end.
    pub(crate) async fn ended(&self) {
        if let Some(task) = self.take()
            && let Err(error) = task.await
        {
            tracing::error!(%error, "a background task ended badly");
        }
    }

    /// Ends it where it waits.
    pub(crate) fn abort(&self) {
        if let Some(task) = self.take() {
            task.abort();
        }
    }

    fn take(&self) -> Option<JoinHandle<()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Inner {
    /// Starts everything that runs in the background; called once, when the store is open.
    pub(crate) async fn start_tasks(self: &Arc<Self>) {
        self.writer.start(self);
        self.events.start(self);
        self.poll.start(self).await;
        self.sweeper.start(self);
    }

    /// Writes what waits, answers who waits, and ends the tasks.
    pub(crate) async fn stop_tasks(&self) {
        self.sweeper.stop();
        self.poll.stop();
        // Events go through the writer: it ends last.
        self.events.stop().await;
        self.writer.stop().await;
    }
}
