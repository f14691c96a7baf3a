//! What this machine can do at this moment: an ES256 signature, one argon2id hash, and the smallest route of the same HTTP library.

use std::{hint::black_box, num::NonZeroUsize, process::Command, sync::Arc, time::Duration};

use crypto::{
    algorithm::{Algorithm, KeyKind},
    key::KeyPair,
    password::{HashSpec, HashingPool, PasswordHash, PoolSettings},
    secret::Secret,
};

use crate::{load, process};

/// Tells a child of ours to be the hello server.
pub(crate) const HELLO_PORT: &str = "PORTREEVE_BENCH_HELLO_PORT";

/// CPU microseconds of the calibration's parts.
pub(crate) struct Calibration {
    pub(crate) sign: f64,
    pub(crate) hash: f64,
    pub(crate) hello: f64,
    pub(crate) hello_per_second: f64,
}

impl Calibration {
    /// What the fastest token could cost: one signature behind one route.
    pub(crate) fn floor(&self) -> f64 {
        self.sign + self.hello
    }
}

pub(crate) fn run(span: Duration, connections: usize) -> Calibration {
    let (hello, hello_per_second) = hello(span.min(Duration::from_secs(3)), connections);
    Calibration { sign: sign(), hash: hash(), hello, hello_per_second }
}

fn sign() -> f64 {
    let pair = KeyPair::generate(KeyKind::P256).expect("a key");
    let message = [7_u8; 400];
    let rounds = 20_000;
    // CPU time as in every other figure: the clock on the wall also counts whatever else the machine is doing.
    let before = process::cpu_of(std::process::id());
    for _ in 0..rounds {
        black_box(pair.sign(Algorithm::Es256, black_box(&message)).expect("a signature"));
    }
    (process::cpu_of(std::process::id()) - before) / f64::from(rounds)
}

fn hash() -> f64 {
    let settings = PoolSettings { threads: NonZeroUsize::MIN, ..PoolSettings::for_machine() };
    let pool = HashingPool::new(settings).expect("a pool");
    let stored = Arc::new(PasswordHash::dummy(&HashSpec::DEFAULT, [3; 16]));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let rounds: u32 = 30;
    let before = process::cpu_of(std::process::id());
    for round in 0..rounds {
        let password = Secret::from(format!("a password of ordinary length {round}"));
        black_box(runtime.block_on(pool.verify(&stored, &password, b"bench"))).expect("the pool has room");
    }
    (process::cpu_of(std::process::id()) - before) / f64::from(rounds)
}

fn hello(span: Duration, connections: usize) -> (f64, f64) {
    let port = process::free_port();
    let mut child = Command::new(std::env::current_exe().expect("our own path"))
        .env(HELLO_PORT, port.to_string())
        .spawn()
        .expect("the hello server starts");
    process::wait_for(port, &mut child, Duration::from_secs(5));
    let before = process::cpu_of(child.id());
    let seen = load::drive(port, connections, span, load::Requests::same(200, load::get("/hello", "")));
    let cpu = (process::cpu_of(child.id()) - before) / seen.requests as f64;
    let _ = child.kill();
    let _ = child.wait();
    (cpu, seen.per_second())
}

/// The child's whole life.
pub(crate) fn serve_hello(port: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.expect("the port is free");
        let router = axum::Router::new().route("/hello", axum::routing::get(|| async { "hello" }));
        axum::serve(listener, router).await.expect("the hello server serves");
    });
}
