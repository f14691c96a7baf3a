use super::super::Prf;
use super::*;

/// Cheap enough to be quick, and of another engine than Argon2 so that it is counted apart.
const CHEAP: HashSpec = HashSpec::Pbkdf2 { prf: Prf::Sha256, iterations: 10 };

fn pool(threads: usize, queue: usize, gate: &Gate) -> HashingPool {
    let threads = NonZeroUsize::new(threads).unwrap();
    HashingPool::new(PoolSettings { threads, queue, gate: gate.clone() }).unwrap()
}

fn stored(password: &str) -> Arc<PasswordHash> {
    Arc::new(CHEAP.hash(password.as_bytes(), &[1; 16], &mut Arena::default()).unwrap())
}

/// Starts a verification that runs by itself.
fn start(
    pool: &HashingPool,
    stored: &Arc<PasswordHash>,
    password: &str,
    scope: &'static [u8],
) -> tokio::task::JoinHandle<Result<bool, Busy>> {
    let (pool, stored, password) = (pool.clone(), Arc::clone(stored), Secret::from(password));
    tokio::spawn(async move { pool.verify(&stored, &password, scope).await })
}

/// Lets other tasks run until `reached`: whatever it waits for happens in a task of this runtime or a pool's thread.
/// Gives up after many more turns than any of it can take.
async fn until(pool: &HashingPool, reached: impl Fn(&PoolStats) -> bool) {
    for _ in 0..2_000_000 {
        if reached(&pool.stats()) {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("not reached: {:?}", pool.stats());
}

#[tokio::test]
async fn a_password_is_hashed_and_then_verified() {
    let pool = pool(2, 10, &Gate::open());
    let hash = Arc::new(pool.hash(CHEAP, &Secret::from("secret"), [5; 16]).await.unwrap());
    assert_eq!(hash.salt(), [5; 16]);
    assert_eq!(pool.verify(&hash, &Secret::from("secret"), b"user").await, Ok(true));
    assert_eq!(pool.verify(&hash, &Secret::from("Secret"), b"user").await, Ok(false));
    let stats = pool.stats();
    assert_eq!(stats.done_total, DoneTotal { pbkdf2_sha256: 3, ..DoneTotal::default() });
    assert_eq!((stats.queued, stats.running, stats.shared_total), (0, 0, 0));
}

#[tokio::test]
async fn identical_requests_are_one_job() {
    let gate = Gate::closed();
    let pool = pool(2, 100, &gate);
    let stored = stored("secret");
    let same: Vec<_> = (0..50).map(|_| start(&pool, &stored, "secret", b"alice")).collect();
    until(&pool, |stats| stats.shared_total == 49).await;
    assert_eq!(pool.stats().queued, 1);
    gate.resume();
    for answer in same {
        assert_eq!(answer.await.unwrap(), Ok(true));
    }
    assert_eq!(pool.stats().done_total.sum(), 1);
}

#[tokio::test]
async fn a_request_joins_a_job_that_runs_already() {
    let pool = pool(1, 10, &Gate::open());
    let key = FlightKey::Shared([7; 32]);
    let (release, held) = std::sync::mpsc::channel::<()>();
    let slow: Work = Box::new(move |_| {
        // Ends when the test says so; a test that fails drops its end, which ends it too.
        let _ = held.recv();
        Ok(Answer::Verified(true))
    });
    let never: Work = Box::new(|_| panic!("the second request must not be computed"));
    let run = |work| {
        let pool = pool.clone();
        tokio::spawn(async move { pool.run(Some(key), CHEAP.kind(), 1, work).await.is_ok() })
    };
    let first = run(slow);
    until(&pool, |stats| stats.running == 1).await;
    let second = run(never);
    until(&pool, |stats| stats.shared_total == 1).await;
    release.send(()).unwrap();
    assert!(first.await.unwrap() && second.await.unwrap());
    assert_eq!((pool.stats().done_total.sum(), pool.stats().faulted_total), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_are_all_answered() {
    let pool = pool(3, 1000, &Gate::open());
    let stored = stored("7");
    let jobs: Vec<_> = (0..400).map(|number| start(&pool, &stored, &(number % 40).to_string(), b"u")).collect();
    for (number, job) in jobs.into_iter().enumerate() {
        assert_eq!(job.await.unwrap(), Ok(number % 40 == 7), "{number}");
    }
    let stats = pool.stats();
    assert_eq!(stats.shared_total + stats.done_total.sum(), 400);
    assert_eq!((stats.queued, stats.running, stats.refused_total, stats.abandoned_total), (0, 0, 0, 0));
}

#[tokio::test]
async fn requests_that_differ_in_anything_are_not_shared() {
    let gate = Gate::closed();
    let pool = pool(1, 100, &gate);
    let (first, second) = (stored("secret"), stored("other"));
    let jobs = [
        start(&pool, &first, "secret", b"alice"),
        start(&pool, &first, "secret", b"bob"),
        start(&pool, &first, "wrong", b"alice"),
        start(&pool, &second, "secret", b"alice"),
    ];
    until(&pool, |stats| stats.queued == 4).await;
    gate.resume();
    let mut answers = Vec::new();
    for job in jobs {
        answers.push(job.await.unwrap().unwrap());
    }
    assert_eq!(answers, [true, true, false, false]);
    assert_eq!((pool.stats().shared_total, pool.stats().done_total.sum()), (0, 4));
}

#[test]
fn the_end_of_one_part_does_not_pass_for_the_start_of_the_next() {
    let pool = pool(1, 10, &Gate::open());
    let id = |salt: &[u8], hash: &[u8], password: &str| {
        let (salt, hash) = (salt.to_vec(), hash.to_vec());
        let stored = PasswordHash::Pbkdf2 { prf: Prf::Sha256, iterations: 10, salt, hash };
        pool.same_request(&stored, &Secret::from(password), b"u")
    };
    assert_eq!(id(b"salt", b"hash", "password"), id(b"salt", b"hash", "password"));
    assert_ne!(id(b"salt", b"hash", "password"), id(b"salt", b"hashp", "assword"));
    assert_ne!(id(b"salt", b"hash", "password"), id(b"salth", b"ash", "password"));
}

#[tokio::test]
async fn nothing_is_remembered_once_it_is_answered() {
    let pool = pool(1, 10, &Gate::open());
    let stored = stored("secret");
    for _ in 0..3 {
        assert_eq!(pool.verify(&stored, &Secret::from("secret"), b"alice").await, Ok(true));
    }
    assert_eq!((pool.stats().shared_total, pool.stats().done_total.sum()), (0, 3));
}

#[tokio::test]
async fn who_does_not_fit_in_the_line_is_told_so_at_once() {
    let gate = Gate::closed();
    let pool = pool(1, 2, &gate);
    let stored = stored("secret");
    let waiting = [start(&pool, &stored, "one", b"u"), start(&pool, &stored, "two", b"u")];
    until(&pool, |stats| stats.queued == 2).await;
    let refused = pool.verify(&stored, &Secret::from("three"), b"u").await;
    assert_eq!(refused, Err(Busy { retry_after_seconds: 1 }));
    assert!(pool.hash(CHEAP, &Secret::from("four"), [0; 16]).await.is_err());
    assert_eq!((pool.stats().refused_total, pool.stats().queued), (2, 2));
    // Who waits already is not harmed, and joining it still works.
    let joined = start(&pool, &stored, "one", b"u");
    until(&pool, |stats| stats.shared_total == 1).await;
    gate.resume();
    for job in waiting.into_iter().chain([joined]) {
        assert_eq!(job.await.unwrap(), Ok(false));
    }
    assert_eq!(pool.verify(&stored, &Secret::from("secret"), b"u").await, Ok(true));
}

#[tokio::test]
async fn one_request_cannot_collect_waiters_without_bound() {
    let gate = Gate::closed();
    let pool = pool(1, 3, &gate);
    let stored = stored("secret");
    let waiting: Vec<_> = (0..3).map(|_| start(&pool, &stored, "secret", b"u")).collect();
    until(&pool, |stats| stats.shared_total == 2).await;
    assert!(pool.verify(&stored, &Secret::from("secret"), b"u").await.is_err());
    // Those who hung up do not count.
    waiting[0].abort();
    until(&pool, |_| waiting[0].is_finished()).await;
    let late = start(&pool, &stored, "secret", b"u");
    until(&pool, |stats| stats.shared_total == 3).await;
    gate.resume();
    assert_eq!(late.await.unwrap(), Ok(true));
    assert_eq!(pool.stats().done_total.sum(), 1);
}

#[tokio::test]
async fn a_job_that_nobody_waits_for_is_not_run_and_holds_no_place() {
    let gate = Gate::closed();
    let pool = pool(1, 2, &gate);
    let stored = stored("secret");
    let (gone, also_gone) = (start(&pool, &stored, "one", b"u"), start(&pool, &stored, "two", b"u"));
    until(&pool, |stats| stats.queued == 2).await;
    gone.abort();
    also_gone.abort();
    until(&pool, |_| gone.is_finished() && also_gone.is_finished()).await;
    // The line is full of jobs that nobody wants: they make way.
    let kept = start(&pool, &stored, "secret", b"u");
    until(&pool, |stats| stats.abandoned_total == 2).await;
    assert_eq!((pool.stats().queued, pool.stats().refused_total), (1, 0));
    // And one that is abandoned without anybody pressing behind it is passed over.
    let passed = start(&pool, &stored, "three", b"u");
    until(&pool, |stats| stats.queued == 2).await;
    passed.abort();
    until(&pool, |_| passed.is_finished()).await;
    gate.resume();
    assert_eq!(kept.await.unwrap(), Ok(true));
    until(&pool, |stats| stats.abandoned_total == 3).await;
    assert_eq!((pool.stats().done_total.sum(), pool.stats().queued, pool.stats().running), (1, 0, 0));
}

#[tokio::test]
async fn a_job_that_panics_answers_a_fault_and_the_thread_goes_on() {
    let pool = pool(1, 10, &Gate::open());
    let broken: Work = Box::new(|arena| {
        arena.take(10).unwrap();
        panic!("on purpose")
    });
    let answer = pool.run(None, CHEAP.kind(), 1, broken).await;
    assert_eq!(answer.err(), Some(Busy { retry_after_seconds: 1 }));
    assert_eq!(pool.stats().faulted_total, 1);
    // Memory that a panic may have left in any state is not used again.
    let fresh: Work = Box::new(|arena| Ok(Answer::Verified(arena.len() == 0)));
    assert!(matches!(pool.run(None, CHEAP.kind(), 1, fresh).await, Ok(Answer::Verified(true))));
    let stored = stored("secret");
    assert_eq!(pool.verify(&stored, &Secret::from("secret"), b"u").await, Ok(true));
    assert_eq!((pool.stats().running, pool.stats().done_total.sum()), (0, 2));
}

#[tokio::test]
async fn a_password_that_is_too_long_is_never_hashed() {
    let pool = pool(1, 10, &Gate::open());
    let stored = stored("secret");
    let longest = Secret::from("x".repeat(MAX_PASSWORD_BYTES));
    let too_long = Secret::from("x".repeat(MAX_PASSWORD_BYTES + 1));
    assert_eq!(pool.verify(&stored, &too_long, b"u").await, Ok(false));
    assert!(pool.hash(CHEAP, &too_long, [0; 16]).await.is_err());
    assert_eq!(pool.stats().done_total.sum(), 0);
    let hash = Arc::new(pool.hash(CHEAP, &longest, [0; 16]).await.unwrap());
    assert_eq!(pool.verify(&hash, &longest, b"u").await, Ok(true));
}

#[tokio::test]
async fn the_wait_that_is_told_grows_with_the_work_that_waits() {
    let gate = Gate::closed();
    let pool = pool(1, 4, &gate);
    let dear = HashSpec::Pbkdf2 { prf: Prf::Sha512, iterations: 10_000_000 };
    let stored = Arc::new(PasswordHash::dummy(&dear, [1; 16]));
    let waiting: Vec<_> = ["a", "b", "c", "d"].map(|password| start(&pool, &stored, password, b"u")).into();
    until(&pool, |stats| stats.queued == 4).await;
    let busy = pool.verify(&stored, &Secret::from("e"), b"u").await.unwrap_err();
    // Four times ten million iterations at about 0.375 µs.
    assert_eq!(busy.retry_after_seconds, 15);
    for job in &waiting {
        job.abort();
    }
    until(&pool, |_| waiting.iter().all(tokio::task::JoinHandle::is_finished)).await;
    gate.resume();
    until(&pool, |stats| stats.abandoned_total == 4).await;
    assert_eq!(pool.stats().done_total.sum(), 0);
}

#[tokio::test]
async fn threads_end_with_the_last_handle_even_behind_a_closed_gate() {
    let gate = Gate::closed();
    let pool = pool(3, 10, &gate);
    let shared = Arc::downgrade(&pool.0.shared);
    let other = pool.clone();
    drop(pool);
    assert!(shared.upgrade().is_some());
    drop(other);
    while shared.strong_count() > 0 {
        tokio::task::yield_now().await;
    }
}

#[test]
fn the_machines_settings_leave_a_core_and_bound_the_line() {
    let settings = PoolSettings::for_machine();
    let cores = std::thread::available_parallelism().unwrap().get();
    assert_eq!(settings.threads.get(), cores.saturating_sub(1).max(1));
    assert_eq!(settings.queue, 256);
}

#[test]
fn debug_of_a_pool_shows_no_key() {
    let pool = pool(1, 10, &Gate::open());
    let shown = format!("{pool:?}");
    assert!(shown.starts_with("HashingPool { threads: 1, stats: PoolStats"), "{shown}");
    assert!(!shown.contains("key"), "{shown}");
}
