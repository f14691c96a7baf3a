//! What a connection is doing, and until when it may.
//!
//! One timer a connection, moved only when it fires: a request costs two atomic writes, never a timer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::configuration::Limits;

/// Past this without a byte either way, a request in flight is given up: its peer has stopped reading.
const STALLED: Duration = Duration::from_mins(1);

/// Shared by a connection's socket, its requests and its timer. Times are microseconds since it was opened.
pub(crate) struct Activity {
    opened: Instant,
    in_flight: AtomicU32,
    /// When the last request ended.
    idle_since: AtomicU64,
    /// When the first byte after that came; 0: none yet.
    head_since: AtomicU64,
    last_byte: AtomicU64,
    /// A request was seen whole.
    served: AtomicBool,
    /// HTTP/2: bytes between requests are no sign of a request's head.
    multiplexed: AtomicBool,
}

impl Activity {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            opened: Instant::now(),
            in_flight: AtomicU32::new(0),
            idle_since: AtomicU64::new(0),
            head_since: AtomicU64::new(0),
            last_byte: AtomicU64::new(0),
            served: AtomicBool::new(false),
            multiplexed: AtomicBool::new(false),
        })
    }

    fn micros(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Bytes came in.
    pub(crate) fn read(&self) {
        let now = self.micros().max(1);
        self.last_byte.store(now, Ordering::Relaxed);
        if self.in_flight.load(Ordering::Relaxed) == 0 && self.head_since.load(Ordering::Relaxed) == 0 {
            self.head_since.store(now, Ordering::Relaxed);
        }
    }

    /// Bytes went out.
    pub(crate) fn wrote(&self) {
        self.last_byte.store(self.micros(), Ordering::Relaxed);
    }

    /// A request's head is whole.
    pub(crate) fn begin(self: &Arc<Self>, multiplexed: bool) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.served.store(true, Ordering::Relaxed);
        self.multiplexed.store(multiplexed, Ordering::Relaxed);
        InFlight { activity: self.clone() }
    }

    /// No request is being answered.
    pub(crate) fn is_idle(&self) -> bool {
        self.in_flight.load(Ordering::Relaxed) == 0
    }

    /// Until when the connection may stay as it is.
    pub(crate) fn deadline(&self, limits: &Limits) -> Instant {
        let at = |micros: &AtomicU64, allowed: Duration| {
            self.opened + Duration::from_micros(micros.load(Ordering::Relaxed)) + allowed
        };
        if !self.is_idle() {
            return at(&self.last_byte, STALLED.max(limits.body_timeout));
        }
        if !self.served.load(Ordering::Relaxed) {
            // From the opening on: a peer that drips bytes, or none, gets no more time by it.
            return self.opened + limits.header_timeout;
        }
        let head_began = self.head_since.load(Ordering::Relaxed) != 0;
        if head_began && !self.multiplexed.load(Ordering::Relaxed) {
            return at(&self.head_since, limits.header_timeout);
        }
        at(&self.idle_since, limits.idle_timeout)
    }
}

/// A request that is being answered, until its answer's last byte is handed over.
pub(crate) struct InFlight {
    activity: Arc<Activity>,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let now = self.activity.micros();
        self.activity.idle_since.store(now, Ordering::Relaxed);
        self.activity.last_byte.store(now, Ordering::Relaxed);
        self.activity.head_since.store(0, Ordering::Relaxed);
        self.activity.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
