//! Events: what happened in a realm, as a log line always and as a row where the realm stores them.
//!
//! Recording puts an event into a bounded buffer and nothing else; a task writes line and row within 50 ms. What cannot be
//! kept up with is lost and counted, and shows in readiness.

mod append;
mod buffer;
pub(crate) mod entity;
mod flush;
mod line;
mod query;
mod sweep;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, net::IpAddr, sync::Arc};

use crypto::random::Random;

pub(crate) use append::AppendEvents;
pub use query::EventQuery;
pub(crate) use sweep::sweep;

use crate::{Clock, Identity, Realm, Timestamp, UserId, writer::PatientWriter};
use buffer::{Buffer, Pending};
use flush::Flusher;

/// Something that happened. Never holds a secret, token or password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub time: Timestamp,
    /// What, such as `LOGIN_ERROR` or a plugin's own kind.
    pub kind: Cow<'static, str>,
    /// The client's `clientId`, as given by the request.
    pub client: Option<String>,
    /// The user, once known.
    pub user: Option<UserId>,
    /// The session.
    pub session: Option<String>,
    /// Where the request came from.
    pub address: Option<IpAddr>,
    /// Why it was refused; absent for a success.
    pub error: Option<Cow<'static, str>>,
    /// Further facts by name.
    pub details: Vec<(Cow<'static, str>, String)>,
}

impl Identity {
    /// Records an event: a log line, and a row if the realm stores this kind. Never blocks and never fails; what is lost is
    /// counted.
    pub fn record(&self, realm: &Realm, event: Event) {
        let stored = realm.settings.events_enabled
            && (realm.settings.enabled_event_types.is_empty()
                || realm.settings.enabled_event_types.iter().any(|kind| *kind == event.kind));
        self.0.events.record(Pending { realm: realm.id.clone(), realm_name: Arc::clone(&realm.name), stored, event });
    }

    /// Waits until everything recorded before is in the log and in the database, or counted as lost.
    pub async fn flush_events(&self) {
        // An answer that does not come means that the task has ended, and that it had written everything.
        let _ = self.0.events.buffer.flush().await;
    }
}

/// The way to the task that writes events. Dropped, it lets the task write what waits and end.
pub(crate) struct Events {
    buffer: Arc<Buffer>,
    clock: Arc<dyn Clock>,
    task: tokio::sync::Mutex<Option<tokio::task::JoinHandle<()>>>,
}

impl Events {
    /// Starts the task.
    pub(crate) fn start(writer: PatientWriter, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        let buffer = Arc::new(Buffer::default());
        let flusher = Flusher {
            buffer: Arc::clone(&buffer),
            writer,
            clock: Arc::clone(&clock),
            random,
            lines: line::Lines::default(),
        };
        let task = tokio::spawn(flusher.run());
        Self { buffer, clock, task: tokio::sync::Mutex::new(Some(task)) }
    }

    fn record(&self, pending: Pending) {
        if !self.buffer.put(pending) {
            self.buffer.lose(1, self.clock.monotonic_micros());
        }
    }

    /// Events lost since the start.
    pub(crate) fn lost(&self) -> u64 {
        self.buffer.lost()
    }

    /// Whether events were lost within the last `micros`.
    pub(crate) fn lost_within(&self, micros: u64) -> bool {
        self.buffer.lost_within(micros, self.clock.monotonic_micros())
    }

    /// Events that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.buffer.len()
    }

    /// Takes no more events, and waits until those that wait are written.
    pub(crate) async fn stop(&self) {
        self.buffer.close();
        if let Some(task) = self.task.lock().await.take()
            && let Err(ended) = task.await
        {
            tracing::error!(error = %ended, "the event task ended badly");
        }
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.buffer.close();
    }
}
