//! The threads that hash passwords.
//!
//! Why a pool of its own:
//!
//! * **A hash is all CPU and memory.** On the async threads it would stop every other request for its 14 ms; on
//!   tokio's blocking threads five hundred would run at once, each with its 19 MiB. So there are as many threads as
//!   cores less one, and the core that is left answers everything that needs no password, however long the line is.
//!   Where other work wants their cores too, they step back (`NICENESS`): nobody feels a few milliseconds at a log-in,
//!   while a request of 50 µs behind a time slice of hashing takes a hundred times as long.
//! * **Memory is kept by thread while there is work.** `Arena` in `argon2.rs` says why.
//! * **The line is bounded, and who does not fit is told so at once** ([`Busy`], answered as 503 with `Retry-After`):
//!   a server that takes in more log-ins than it can hash answers none of them in time.
//! * **The same request twice is one job.** Container clients ask for many tokens at the same moment with the same
//!   password; they share one computation while it waits or runs. Nothing is kept after the answer: a cache of proven
//!   passwords would be a fast verifier of slow hashes in memory. "The same" is an HMAC under a key that this process
//!   made for itself, over who is asked about, the stored hash and the password, so nothing in the table can be turned
//!   back into a password, and a changed hash is another request.
//! * **A dummy goes the same way.** An unknown user costs the same, waits in the same line and is refused alike.
//! * **A job that panics is a fault of that job.** Its waiters get an answer, its thread goes on with fresh memory.

use std::fmt;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use zeroize::Zeroizing;

use super::argon2::Arena;
use super::queue::{Answer, FlightKey, Full, Job, Outcome, Queue, Work};
use super::{HashFault, HashKind, HashSpec, MAX_PASSWORD_BYTES, PasswordHash};
use crate::digest::hmac_sha256;
use crate::random::{Random, SystemRandom};
use crate::secret::Secret;

pub use super::queue::{DoneTotal, PoolStats};

/// After this long without work a thread gives its memory back. Fetching it again costs the next log-in 2 ms.
const IDLE: Duration = Duration::from_secs(2);
/// How far the threads step back behind all else in the process, as nice(2) counts: about a tenth of a core is theirs even
/// when everything else is busy, so that log-ins are slow then but never stand still.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;
/// Longest time that [`Busy`] sends anybody away for.
const MAX_RETRY_SECONDS: u64 = 30;

/// How a pool is built.
#[derive(Debug, Clone)]
pub struct PoolSettings {
    /// Number of threads.
    pub threads: NonZeroUsize,
    /// How many jobs may wait besides those that run.
    pub queue: usize,
    /// Whether threads may take jobs; open unless a test holds it.
    pub gate: Gate,
}

impl PoolSettings {
    /// All cores but one, at least one, and 256 waiting jobs.
    pub fn for_machine() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let threads = NonZeroUsize::new(cores.saturating_sub(1)).unwrap_or(NonZeroUsize::MIN);
        Self { threads, queue: 256, gate: Gate::open() }
    }
}

/// The line is full, or the job ended in a fault: the request was not answered and may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy {
    /// After how many seconds it may be worth it, from 1 to 30.
    pub retry_after_seconds: u32,
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "too many passwords wait to be checked; try again in {} s", self.retry_after_seconds)
    }
}

impl std::error::Error for Busy {}

/// Lets a pool's threads take jobs, or holds them back. A test closes it until all its requests wait.
#[derive(Clone)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// A gate that lets through.
    pub fn open() -> Self {
        Self(Arc::new((Mutex::new(true), Condvar::new())))
    }

    /// A gate that holds.
    pub fn closed() -> Self {
        Self(Arc::new((Mutex::new(false), Condvar::new())))
    }

    /// Lets threads take jobs from now on.
    pub fn resume(&self) {
        *lock(&self.0.0) = true;
        self.0.1.notify_all();
    }

    /// Holds threads back from the next job on; one that runs goes on.
    pub fn pause(&self) {
        *lock(&self.0.0) = false;
    }

    fn pass(&self) {
        let mut open = lock(&self.0.0);
        while !*open {
            open = self.0.1.wait(open).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::open()
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *lock(&self.0.0) { "Gate(open)" } else { "Gate(closed)" })
    }
}

/// The pool. Cloning it gives another handle to the same threads; they end when the last handle is dropped.
#[derive(Clone)]
pub struct HashingPool(Arc<Handle>);

struct Handle {
    shared: Arc<Shared>,
    threads: u64,
    /// Under which requests are told apart; never leaves the process.
    key: Zeroizing<[u8; 32]>,
}

struct Shared {
    queue: Mutex<Queue>,
    work: Condvar,
    gate: Gate,
}

impl HashingPool {
    /// Starts the threads.
    ///
    /// # Errors
    /// If the operating system gives no thread.
    pub fn new(settings: PoolSettings) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            queue: Mutex::new(Queue::new(settings.queue)),
            work: Condvar::new(),
            gate: settings.gate,
        });
        let mut key = Zeroizing::new([0u8; 32]);
        SystemRandom.fill(key.as_mut_slice());
        // Made before the threads: if one cannot be started, dropping it ends those that were.
        let handle = Handle { shared: Arc::clone(&shared), threads: settings.threads.get() as u64, key };
        for number in 0..settings.threads.get() {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new().name(format!("password-{number}")).spawn(move || shared.serve())?;
        }
        Ok(Self(Arc::new(handle)))
    }

    /// Whether `password` is the one that `stored` was made from. `scope` says whose it is (the user's id).
    ///
    /// Requests that agree in all three while one of them waits or runs share its answer. A password longer than
    /// [`MAX_PASSWORD_BYTES`] is wrong without being hashed. Dropping the future gives the place up.
    ///
    /// # Errors
    /// [`Busy`] if the line is full or the job ended in a fault.
    pub async fn verify(&self, stored: &Arc<PasswordHash>, password: &Secret, scope: &[u8]) -> Result<bool, Busy> {
        if password.expose().len() > MAX_PASSWORD_BYTES {
            return Ok(false);
        }
        let spec = stored.spec();
        let key = FlightKey::Shared(self.same_request(stored, password, scope));
        let (stored, password) = (Arc::clone(stored), password.clone());
        let work: Work =
            Box::new(move |arena| stored.verify(password.expose().as_bytes(), arena).map(Answer::Verified));
        match self.run(Some(key), spec.kind(), spec.cost_micros(), work).await? {
            Answer::Verified(matches) => Ok(matches),
            Answer::Hashed(_) => Err(self.busy()),
        }
    }

    /// Hashes a new password. The caller has checked its length: one beyond [`MAX_PASSWORD_BYTES`] is a fault.
    ///
    /// # Errors
    /// [`Busy`] if the line is full or the job ended in a fault.
    pub async fn hash(&self, spec: HashSpec, password: &Secret, salt: [u8; 16]) -> Result<PasswordHash, Busy> {
        let password = password.clone();
        let work: Work = Box::new(move |arena| {
            if password.expose().len() > MAX_PASSWORD_BYTES {
                return Err(HashFault);
            }
            spec.hash(password.expose().as_bytes(), &salt, arena).map(Answer::Hashed)
        });
        match self.run(None, spec.kind(), spec.cost_micros(), work).await? {
            Answer::Hashed(hash) => Ok(hash),
            Answer::Verified(_) => Err(self.busy()),
        }
    }

    /// What the pool is doing and has done.
    pub fn stats(&self) -> PoolStats {
        self.0.shared.queue().stats
    }

    /// Enters the line and waits for the answer. Without a key the job is shared with nobody.
    async fn run(&self, key: Option<FlightKey>, kind: HashKind, cost_micros: u64, work: Work) -> Result<Answer, Busy> {
        let entered = {
            let mut queue = self.0.shared.queue();
            let key = key.unwrap_or_else(|| queue.alone());
            queue.enter(Job { key, kind, cost_micros, work })
        };
        let receiver = entered.map_err(|Full| self.busy())?;
        self.0.shared.work.notify_one();
        match receiver.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(HashFault)) | Err(_) => Err(self.busy()),
        }
    }

    fn busy(&self) -> Busy {
        let seconds = self.0.shared.queue().queued_micros().div_ceil(1_000_000 * self.0.threads.max(1));
        Busy { retry_after_seconds: seconds.clamp(1, MAX_RETRY_SECONDS) as u32 }
    }

    fn same_request(&self, stored: &PasswordHash, password: &Secret, scope: &[u8]) -> [u8; 32] {
        let parameters = format!("{:?}", stored.spec());
        let parts = [scope, parameters.as_bytes(), stored.salt(), stored.hash(), password.expose().as_bytes()];
        // A length before each part: otherwise the end of one could pass for the start of the next.
        let lengths = parts.map(|part| (part.len() as u64).to_be_bytes());
        let mut separated: Vec<&[u8]> = Vec::with_capacity(2 * parts.len());
        for (length, part) in lengths.iter().zip(parts) {
            separated.extend([length.as_slice(), part]);
        }
        hmac_sha256(self.0.key.as_slice(), &separated)
    }
}

impl fmt::Debug for HashingPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashingPool").field("threads", &self.0.threads).field("stats", &self.stats()).finish()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // Whoever waits holds a handle, so nobody waits now. Threads are not joined: this may be an async thread.
        self.shared.queue().closed = true;
        self.shared.work.notify_all();
        self.shared.gate.resume();
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        lock(&self.queue)
    }

    /// A thread's life.
    fn serve(&self) {
        step_back();
        let mut arena = Arena::default();
        while self.wait_for_work(&mut arena) {
            self.gate.pass();
            // Another thread may have been quicker.
            let job = self.queue().next();
            if let Some(job) = job {
                self.run(job, &mut arena);
            }
        }
    }

    fn run(&self, job: Job, arena: &mut Arena) {
        let Job { key, kind, work, .. } = job;
        let outcome: Outcome = catch_unwind(AssertUnwindSafe(|| work(arena))).unwrap_or_else(|_| {
            arena.release();
            Err(HashFault)
        });
        self.queue().finish(&key, kind, &outcome);
    }

    /// Waits until there is a job; `false` once the pool is closed.
    fn wait_for_work(&self, arena: &mut Arena) -> bool {
        let (mut wiped, mut released) = (false, false);
        let mut queue = self.queue();
        loop {
            if queue.closed {
                return false;
            }
            if !queue.is_empty() {
                return true;
            }
            if released {
                queue = self.work.wait(queue).unwrap_or_else(PoisonError::into_inner);
            } else if wiped {
                let (woken, waited) = self.work.wait_timeout(queue, IDLE).unwrap_or_else(PoisonError::into_inner);
                queue = woken;
                released = waited.timed_out();
                if released {
                    arena.release();
                }
            } else {
                // Nothing to do: no trace of the last password stays in memory. Not while others need the lock.
                drop(queue);
                arena.wipe();
                wiped = true;
                queue = self.queue();
            }
        }
    }
}

/// Lowers this thread's priority; the system may refuse, and then it hashes as everybody else works.
#[cfg(target_os = "linux")]
fn step_back() {
    let _ = rustix::process::nice(NICENESS);
}

/// Elsewhere niceness belongs to the process as a whole.
#[cfg(not(target_os = "linux"))]
fn step_back() {}

/// A panic never happens while a lock is held, as jobs run outside it, so what a poisoned lock guards is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
