//! Where events wait between the request that caused them and the task that writes them: putting one in takes a lock for a
//! moment and nothing else.

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::{Notify, oneshot};

use super::Event;
use crate::RealmId;

/// Events that may wait. A second's worth at full speed; beyond, they are lost and counted.
const CAPACITY: usize = 32 * 1024;
/// So many waiting events are written without waiting for more.
const PLENTY: usize = 4 * 1024;

/// An event on its way.
pub(super) struct Pending {
    pub(super) realm: RealmId,
    pub(super) realm_name: Arc<str>,
    /// Whether the realm keeps a row of it.
    pub(super) stored: bool,
    pub(super) event: Event,
}

#[derive(Default)]
struct Waiting {
    events: Vec<Pending>,
    /// Who waits for all that came before to be written.
    flushes: Vec<oneshot::Sender<()>>,
    closed: bool,
}

/// What the flusher takes at once.
pub(super) struct Taken {
    pub(super) events: Vec<Pending>,
    pub(super) flushes: Vec<oneshot::Sender<()>>,
    pub(super) closed: bool,
}

/// The buffer.
#[derive(Default)]
pub(super) struct Buffer {
    waiting: Mutex<Waiting>,
    /// There is something to do.
    pub(super) some: Notify,
    /// It shall be done at once.
    pub(super) urgent: Notify,
    lost: AtomicU64,
    /// Monotonic time of the last loss in microseconds, plus one; 0: never.
    lost_at: AtomicU64,
}

impl Buffer {
    /// Puts an event in; `false` when there is no room.
    pub(super) fn put(&self, pending: Pending) -> bool {
        let mut waiting = self.lock();
        if waiting.closed || waiting.events.len() >= CAPACITY {
            return false;
        }
        waiting.events.push(pending);
        let length = waiting.events.len();
        drop(waiting);
        if length == 1 {
            self.some.notify_one();
        } else if length == PLENTY {
            self.urgent.notify_one();
        }
        true
    }

    /// Asks for all that is in to be written; answered when it is, or when it cannot be any more.
    pub(super) fn flush(&self) -> oneshot::Receiver<()> {
        let (written, answer) = oneshot::channel();
        let mut waiting = self.lock();
        if !waiting.closed {
            waiting.flushes.push(written);
        }
        drop(waiting);
        self.some.notify_one();
        self.urgent.notify_one();
        answer
    }

    /// Takes no more events; what is in is still written.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.some.notify_one();
        self.urgent.notify_one();
    }

    /// Takes out everything.
    pub(super) fn take(&self) -> Taken {
        let mut waiting = self.lock();
        Taken {
            events: mem::take(&mut waiting.events),
            flushes: mem::take(&mut waiting.flushes),
            closed: waiting.closed,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.lock().events.len()
    }

    /// Counts events as lost.
    pub(super) fn lose(&self, events: u64, now_micros: u64) {
        self.lost.fetch_add(events, Ordering::Relaxed);
        self.lost_at.store(now_micros.saturating_add(1), Ordering::Relaxed);
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Whether events were lost within the last `micros`.
    pub(super) fn lost_within(&self, micros: u64, now_micros: u64) -> bool {
        match self.lost_at.load(Ordering::Relaxed) {
            0 => false,
            at => now_micros.saturating_sub(at - 1) < micros,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing in here can panic half-way: the lists are whole even if somebody's thread died.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    fn pending() -> Pending {
        let event = Event {
            time: Timestamp(0),
            kind: "LOGIN".into(),
            client: None,
            user: None,
            session: None,
            address: None,
            error: None,
            details: Vec::new(),
        };
        Pending { realm: RealmId::from("r"), realm_name: "town".into(), stored: true, event }
    }

    #[test]
    fn a_full_buffer_takes_no_more_until_it_is_emptied() {
        let buffer = Buffer::default();
        for _ in 0..CAPACITY {
            assert!(buffer.put(pending()));
        }
        assert!(!buffer.put(pending()));
        assert_eq!(buffer.len(), CAPACITY);
        assert_eq!(buffer.take().events.len(), CAPACITY);
        assert!(buffer.put(pending()));
    }

    #[test]
    fn a_closed_buffer_gives_what_it_has_and_takes_nothing() {
        let buffer = Buffer::default();
        assert!(buffer.put(pending()));
        buffer.close();
        assert!(!buffer.put(pending()));
        let taken = buffer.take();
        assert!(taken.closed && taken.events.len() == 1);
    }

    #[test]
    fn a_loss_shows_for_a_while_and_stays_counted() {
        let buffer = Buffer::default();
        assert!(!buffer.lost_within(60, 0));
        buffer.lose(2, 0);
        assert!(buffer.lost_within(60, 59));
        assert!(!buffer.lost_within(60, 60));
        assert_eq!(buffer.lost(), 2);
    }
}
