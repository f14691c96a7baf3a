//! Opens many sessions, rotates their refresh tokens, and says how fast that was and what it takes in memory.
//!
//! `cargo run --release -p portreeve-identity --example session_load [SESSIONS]`

#![allow(clippy::print_stdout, reason = "a program that answers on the terminal")]

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use crypto::password::pool::PoolSettings;
use crypto::random::SystemRandom;
use crypto::seal::MasterKey;
use identity::{
    Clock, DatabaseUrl, Identity, NewClientSession, NewRealm, NewSession, NewTicket, Notes, Realm, RefreshPolicy,
    RefreshRotation, SessionId, SystemClock, WithTicket,
};
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

type Failed = Box<dyn Error + Send + Sync>;

/// Work under way at once.
const AT_ONCE: usize = 256;
const POLICY: RefreshPolicy = RefreshPolicy { max_reuse: 0, grace_millis: 3000 };

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let count: usize = std::env::args().nth(1).map_or(Ok(100_000), |count| count.parse())?;
    let folder = tempfile::tempdir()?;
    let clock = Arc::new(SystemClock::new());
    let identity = Identity::open(identity::OpenSettings {
        database: DatabaseUrl::Sqlite(folder.path().join("data.db")),
        master_key: MasterKey::generate(&SystemRandom),
        clock: Arc::<SystemClock>::clone(&clock),
        random: Arc::new(SystemRandom),
        hashing: PoolSettings::for_machine(),
        readers: 4,
    })
    .await?;
    let mut tx = identity.begin().await?;
    let realm = tx.add_realm(NewRealm { id: None, name: "bench".to_owned(), document: json!({}) }).await?;
    let document = json!({ "clientId": "web", "protocol": "openid-connect", "serviceAccountsEnabled": true });
    tx.add_client(&realm, document).await?;
    tx.commit().await?;
    let realm = identity.realm("bench").await?.ok_or("the realm is missing")?;
    println!("empty: {} MiB resident", resident_mib()?);

    let ids = open(&identity, &realm, &*clock, count).await?;
    println!(
        "{} sessions in memory of {count}: {} MiB resident",
        identity.statistics().sessions_in_memory,
        resident_mib()?
    );
    for round in 1..=3 {
        rotate(&identity, &realm, &*clock, &ids, round).await?;
    }
    println!("at the end: {} MiB resident", resident_mib()?);
    identity.shutdown().await;
    Ok(())
}

async fn open(
    identity: &Identity,
    realm: &Arc<Realm>,
    clock: &dyn Clock,
    count: usize,
) -> Result<Arc<[SessionId]>, Failed> {
    let client = Arc::clone(realm.client("web").ok_or("the client is missing")?);
    let proven = identity.prove_service_account(realm, &client).await?;
    let ids: Arc<Mutex<Vec<SessionId>>> = Arc::default();
    let (before, began) = (identity.statistics().statements, clock.monotonic_micros());
    let mut workers = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (identity, realm, client, proven, ids) =
            (identity.clone(), Arc::clone(realm), Arc::clone(&client), proven.clone(), Arc::clone(&ids));
        workers.spawn(async move {
            for _ in 0..count / AT_ONCE {
                let notes: Notes = [
                    ("scope", "openid profile email"),
                    ("redirect_uri", "https://app.example.org/callback"),
                    ("nonce", "n-0S6_WzA2Mj"),
                    ("acr", "1"),
                ]
                .into_iter()
                .collect();
                let ticket = NewTicket::new(&realm, "code");
                let new = NewSession {
                    address: Some([192, 0, 2, 1].into()),
                    notes: [("AUTH_TIME", "1800000000"), ("authenticators-completed", "{\"1\":1800000000}")]
                        .into_iter()
                        .collect(),
                    client: Some(NewClientSession { client: &client.id, notes }),
                    ticket: Some(WithTicket(ticket, "code")),
                    ..NewSession::default()
                };
                let (session, _) = identity.open_session(&realm, &proven, new).await?;
                ids.lock().unwrap_or_else(PoisonError::into_inner).push(session.id);
            }
            Ok::<_, Failed>(())
        });
    }
    finish(workers).await?;
    let ids: Arc<[SessionId]> = ids.lock().unwrap_or_else(PoisonError::into_inner).as_slice().into();
    report("open", identity, clock, ids.len(), before, began, Vec::new());
    Ok(ids)
}

async fn rotate(
    identity: &Identity,
    realm: &Arc<Realm>,
    clock: &dyn Clock,
    ids: &Arc<[SessionId]>,
    round: u128,
) -> Result<(), Failed> {
    let client = realm.client("web").ok_or("the client is missing")?.id.clone();
    let (before, began) = (identity.statistics().statements, clock.monotonic_micros());
    let waits: Arc<Mutex<Vec<u64>>> = Arc::default();
    let mut workers = JoinSet::new();
    for worker in 0..AT_ONCE {
        let (identity, realm, client, ids, waits) =
            (identity.clone(), Arc::clone(realm), client.clone(), Arc::clone(ids), Arc::clone(&waits));
        workers.spawn(async move {
            for id in ids.iter().skip(worker).step_by(AT_ONCE) {
                let began = identity.clock().monotonic_micros();
                let live = identity.live_session(&realm, id, false, Some(&client)).await?.ok_or("no session")?;
                let (old, new) = (Uuid::from_u128(round), Uuid::from_u128(round + 1));
                let rotation = identity.rotate_refresh(&realm, id, false, &client, old, new, POLICY).await?;
                if rotation != RefreshRotation::Rotated {
                    return Err(format!("{rotation:?}").into());
                }
                identity.touch_session(&realm, &live);
                let took = identity.clock().monotonic_micros() - began;
                waits.lock().unwrap_or_else(PoisonError::into_inner).push(took);
            }
            Ok::<_, Failed>(())
        });
    }
    finish(workers).await?;
    let waits = std::mem::take(&mut *waits.lock().unwrap_or_else(PoisonError::into_inner));
    report("refresh", identity, clock, ids.len(), before, began, waits);
    Ok(())
}

async fn finish(mut workers: JoinSet<Result<(), Failed>>) -> Result<(), Failed> {
    while let Some(done) = workers.join_next().await {
        done??;
    }
    Ok(())
}

fn report(
    what: &str,
    identity: &Identity,
    clock: &dyn Clock,
    count: usize,
    before: u64,
    began: u64,
    mut waits: Vec<u64>,
) {
    let seconds = (clock.monotonic_micros() - began) as f64 / 1e6;
    let statements = (identity.statistics().statements - before) as f64;
    waits.sort_unstable();
    let at = |part: usize| waits.get(waits.len() * part / 100).map_or(0.0, |micros| *micros as f64 / 1000.0);
    println!(
        "{what}: {:.0}/s, {:.2} statements each, p50 {:.1} ms, p99 {:.1} ms",
        count as f64 / seconds,
        statements / count as f64,
        at(50),
        at(99)
    );
}

fn resident_mib() -> Result<u64, Failed> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    let kib: u64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
    Ok(kib / 1024)
}
