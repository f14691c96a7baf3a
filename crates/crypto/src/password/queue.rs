//! The pool's waiting line: bounded, first come first served, one entry for requests that are the same.

use std::collections::{HashMap, VecDeque};

use tokio::sync::oneshot;

use super::argon2::Arena;
use super::{HashFault, HashKind, PasswordHash};

/// What a job comes to.
#[derive(Clone)]
pub(super) enum Answer {
    Verified(bool),
    Hashed(PasswordHash),
}

pub(super) type Outcome = Result<Answer, HashFault>;

/// What a thread runs: it is given that thread's memory.
pub(super) type Work = Box<dyn FnOnce(&mut Arena) -> Outcome + Send>;

/// Tells flights apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum FlightKey {
    /// All requests with this digest are the same request.
    Shared([u8; 32]),
    /// Like no other.
    Alone(u64),
}

/// One computation, waiting or running.
pub(super) struct Job {
    pub(super) key: FlightKey,
    pub(super) kind: HashKind,
    pub(super) cost_micros: u64,
    pub(super) work: Work,
}

/// The line is full.
#[derive(Debug)]
pub(super) struct Full;

/// How many of each engine's jobs were answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DoneTotal {
    /// Argon2, all variants.
    pub argon2: u64,
    /// PBKDF2 with HMAC-SHA-1.
    pub pbkdf2_sha1: u64,
    /// PBKDF2 with HMAC-SHA-256.
    pub pbkdf2_sha256: u64,
    /// PBKDF2 with HMAC-SHA-512.
    pub pbkdf2_sha512: u64,
}

impl DoneTotal {
    /// Over all engines.
    pub fn sum(&self) -> u64 {
        self.argon2 + self.pbkdf2_sha1 + self.pbkdf2_sha256 + self.pbkdf2_sha512
    }

    fn count(&mut self, kind: HashKind) {
        let counter = match kind {
            HashKind::Argon2 => &mut self.argon2,
            HashKind::Pbkdf2(super::Prf::Sha1) => &mut self.pbkdf2_sha1,
            HashKind::Pbkdf2(super::Prf::Sha256) => &mut self.pbkdf2_sha256,
            HashKind::Pbkdf2(super::Prf::Sha512) => &mut self.pbkdf2_sha512,
        };
        *counter += 1;
    }
}

/// What the pool is doing and has done since start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PoolStats {
    /// Jobs that wait.
    pub queued: usize,
    /// Jobs that run.
    pub running: usize,
    /// Requests that joined a job which was there already.
    pub shared_total: u64,
    /// Requests refused because the line was full.
    pub refused_total: u64,
    /// Jobs dropped before they ran because nobody waited for them any more.
    pub abandoned_total: u64,
    /// Jobs that ended in a fault: a panic, no memory, parameters out of bounds.
    pub faulted_total: u64,
    /// Jobs that were answered, by engine.
    pub done_total: DoneTotal,
}

pub(super) struct Queue {
    waiting: VecDeque<Job>,
    /// Who waits for what, for jobs that wait and jobs that run.
    flights: HashMap<FlightKey, Vec<oneshot::Sender<Outcome>>>,
    limit: usize,
    next_alone: u64,
    queued_micros: u64,
    pub(super) closed: bool,
    pub(super) stats: PoolStats,
}

impl Queue {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            waiting: VecDeque::new(),
            flights: HashMap::new(),
            // A job stands in the line for a moment even when a thread is free.
            limit: limit.max(1),
            next_alone: 0,
            queued_micros: 0,
            closed: false,
            stats: PoolStats::default(),
        }
    }

    /// A key for a job that nobody shares.
    pub(super) fn alone(&mut self) -> FlightKey {
        self.next_alone = self.next_alone.wrapping_add(1);
        FlightKey::Alone(self.next_alone)
    }

    /// Waits for the flight with `job`'s key: an existing one, or a new one at the end of the line.
    pub(super) fn enter(&mut self, job: Job) -> Result<oneshot::Receiver<Outcome>, Full> {
        let (sender, receiver) = oneshot::channel();
        if let Some(waiters) = self.flights.get_mut(&job.key) {
            // The same request over and over is bounded as well, without those who hung up.
            if waiters.len() >= self.limit {
                waiters.retain(|waiter| !waiter.is_closed());
            }
            if waiters.len() >= self.limit {
                self.stats.refused_total += 1;
                return Err(Full);
            }
            waiters.push(sender);
            self.stats.shared_total += 1;
            return Ok(receiver);
        }
        if self.waiting.len() >= self.limit {
            self.drop_abandoned();
        }
        if self.waiting.len() >= self.limit {
            self.stats.refused_total += 1;
            return Err(Full);
        }
        self.flights.insert(job.key, vec![sender]);
        self.queued_micros += job.cost_micros;
        self.waiting.push_back(job);
        self.stats.queued = self.waiting.len();
        Ok(receiver)
    }

    /// Whether there is something to run.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The next job that somebody still waits for; it counts as running until [`Self::finish`].
    pub(super) fn next(&mut self) -> Option<Job> {
        loop {
            let job = self.waiting.pop_front()?;
            self.stats.queued = self.waiting.len();
            self.queued_micros = self.queued_micros.saturating_sub(job.cost_micros);
            if self.is_abandoned(&job.key) {
                self.flights.remove(&job.key);
                self.stats.abandoned_total += 1;
                continue;
            }
            self.stats.running += 1;
            return Some(job);
        }
    }

    /// Answers everybody who waits for this job. From here on the same request is a new job.
    pub(super) fn finish(&mut self, key: &FlightKey, kind: HashKind, outcome: &Outcome) {
        self.stats.running = self.stats.running.saturating_sub(1);
        match outcome {
            Ok(_) => self.stats.done_total.count(kind),
            Err(HashFault) => self.stats.faulted_total += 1,
        }
        for waiter in self.flights.remove(key).unwrap_or_default() {
            // Who has hung up meanwhile does not mind.
            let _ = waiter.send(outcome.clone());
        }
    }

    /// Roughly how much work waits, in microseconds of one core.
    pub(super) fn queued_micros(&self) -> u64 {
        self.queued_micros
    }

    fn is_abandoned(&self, key: &FlightKey) -> bool {
        self.flights.get(key).is_none_or(|waiters| waiters.iter().all(oneshot::Sender::is_closed))
    }

    /// Makes room by letting go of jobs that nobody waits for: a client that hangs up must not hold a place.
    fn drop_abandoned(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        for job in waiting {
            if self.is_abandoned(&job.key) {
                self.flights.remove(&job.key);
                self.queued_micros = self.queued_micros.saturating_sub(job.cost_micros);
                self.stats.abandoned_total += 1;
            } else {
                self.waiting.push_back(job);
            }
        }
        self.stats.queued = self.waiting.len();
    }
}
