//! Wrong attempts that have been counted a moment ago.
//!
//! A client that was refused often asks once more with the same words: containerd sends a POST and, when that is
//! refused, a GET. Counting both would halve what a realm allows and trip its quick-login check at the first slip. Only
//! "this exact wrong attempt has been counted" is remembered, never that a password was right: a repeat costs a hash and
//! gets its answer like any other attempt.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crypto::digest::hmac_sha256;
use crypto::random::Random;

use crate::Timestamp;

/// How long a counted attempt is remembered, in milliseconds. It does not start anew with a repeat, so that a client that
/// never stops is counted every so often.
const WINDOW: i64 = 5_000;
/// How many attempts are remembered; beyond that the oldest are forgotten and, at worst, counted twice.
const CAPACITY: usize = 16 * 1024;

type Mark = [u8; 32];

pub(super) struct Repeats {
    key: [u8; 32],
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    at: HashMap<Mark, Timestamp>,
    /// The marks in the order in which they came.
    order: VecDeque<(Mark, Timestamp)>,
}

impl Repeats {
    pub(super) fn new(random: &dyn Random) -> Self {
        let mut key = [0; 32];
        random.fill(&mut key);
        Self { key, counted: Mutex::default() }
    }

    /// Whether this wrong attempt is to be counted; its repeats then are not. Of any number of equal attempts at the same
    /// moment exactly one is told `true`.
    pub(super) fn counts(&self, attempt: &[&[u8]], now: Timestamp) -> bool {
        let mark = self.mark(attempt);
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.forget(now);
        if counted.at.contains_key(&mark) {
            return false;
        }
        counted.at.insert(mark, now);
        counted.order.push_back((mark, now));
        true
    }

    /// A keyed hash: the password does not stand in memory in a form that anything but this process could test guesses
    /// with. Each part goes in behind its length, so that no two attempts run together.
    fn mark(&self, attempt: &[&[u8]]) -> Mark {
        let lengths: Vec<[u8; 8]> = attempt.iter().map(|part| (part.len() as u64).to_le_bytes()).collect();
        let parts: Vec<&[u8]> = lengths.iter().zip(attempt).flat_map(|(length, part)| [&length[..], part]).collect();
        hmac_sha256(&self.key, &parts)
    }
}

impl Counted {
    fn forget(&mut self, now: Timestamp) {
        while let Some((mark, at)) = self.order.front().copied() {
            // A clock that was set back must not keep a mark alive: one from the future is stale too.
            let stale = now.0.saturating_sub(at.0) >= WINDOW || at > now;
            if !stale && self.order.len() < CAPACITY {
                return;
            }
            self.order.pop_front();
            self.at.remove(&mark);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto::random::SystemRandom;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn later(millis: i64) -> Timestamp {
        Timestamp(NOW.0 + millis)
    }

    #[test]
    fn a_repeat_counts_once_until_the_window_is_over() {
        let repeats = Repeats::new(&SystemRandom);
        assert!(repeats.counts(&[b"u", b"p", b"a"], NOW));
        assert!(!repeats.counts(&[b"u", b"p", b"a"], later(WINDOW - 1)));
        assert!(repeats.counts(&[b"u", b"p", b"a"], later(WINDOW)));
        assert!(!repeats.counts(&[b"u", b"p", b"a"], later(WINDOW + 1)));
    }

    #[test]
    fn any_other_attempt_counts() {
        let repeats = Repeats::new(&SystemRandom);
        for attempt in [[b"u", b"p", b"a"], [b"v", b"p", b"a"], [b"u", b"q", b"a"], [b"u", b"p", b"b"]] {
            assert!(repeats.counts(&[attempt[0], attempt[1], attempt[2]], NOW));
        }
        assert!(repeats.counts(&[b"up", b"", b"a"], NOW));
        assert!(repeats.counts(&[b"", b"up", b"a"], NOW));
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_no_mark_alive() {
        let repeats = Repeats::new(&SystemRandom);
        assert!(repeats.counts(&[b"u"], later(1_000_000)));
        assert!(repeats.counts(&[b"u"], NOW));
    }

    #[test]
    fn the_memory_is_bounded() {
        let repeats = Repeats::new(&SystemRandom);
        for number in 0..(CAPACITY as u64 + 100) {
            assert!(repeats.counts(&[&number.to_le_bytes()], NOW));
        }
        let counted = repeats.counted.lock().unwrap();
        assert_eq!(counted.order.len(), CAPACITY);
        assert_eq!(counted.at.len(), CAPACITY);
    }

    #[test]
    fn of_many_equal_attempts_at_once_one_counts() {
        let repeats = Repeats::new(&SystemRandom);
        let told = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(|| repeats.counts(&[b"u", b"p"], NOW))).collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).filter(|counts| *counts).count()
        });
        assert_eq!(told, 1);
    }
}
