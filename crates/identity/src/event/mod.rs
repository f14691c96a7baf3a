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

pub(crate) use append::AppendEvents;
pub use query::EventQuery;
pub(crate) use sweep::KEPT;

use crate::{Identity, NotReady, Realm, Timestamp, UserId, store::Inner, task::Task};
use buffer::{Buffer, Pending};
use flush::Flusher;

/// A loss shows in readiness for so long.
const LATELY_MICROS: u64 = 60 * 1_000_000;

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
        let pending = Pending { realm: realm.id.clone(), realm_name: Arc::clone(&realm.name), stored, event };
        let buffer = &self.0.events.buffer;
        if !buffer.put(pending) {
            buffer.lose(1, self.clock().monotonic_micros());
        }
    }

    /// Waits until everything recorded before is in the log and in the database, or counted as lost.
    pub async fn flush_events(&self) {
        // An answer that does not come means that the task has ended, and that it had written everything.
        let _ = self.0.events.buffer.flush().await;
    }
}

/// The way to the task that writes events. The task does not keep the store alive; it ends with it, or when [`Events::stop`] is
/// called and it has written what waits.
#[derive(Default)]
pub(crate) struct Events {
    buffer: Arc<Buffer>,
    task: Task,
}

impl Events {
    /// Starts the task; called once, after the store is open and its writer started.
    pub(crate) fn start(&self, inner: &Arc<Inner>) {
        let flusher = Flusher {
            buffer: Arc::clone(&self.buffer),
            inner: Arc::downgrade(inner),
            lines: line::Lines::default(),
            sequence: 0,
        };
        self.task.start(flusher.run());
    }

    /// Events lost since the start.
    pub(crate) fn lost(&self) -> u64 {
        self.buffer.lost()
    }

    /// Events that wait.
    pub(crate) fn queued(&self) -> u64 {
        self.buffer.len() as u64
    }

    /// Whether none was lost lately.
    pub(crate) fn ready(&self, now_micros: u64) -> Result<(), NotReady> {
        if self.buffer.lost_within(LATELY_MICROS, now_micros) { Err(NotReady::Events) } else { Ok(()) }
    }

    /// Takes no more events, and waits until those that wait are written.
    pub(crate) async fn stop(&self) {
        self.buffer.close();
        self.task.ended().await;
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.buffer.close();
    }
}
