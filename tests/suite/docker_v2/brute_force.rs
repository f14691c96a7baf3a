//! Guessing passwords.

use super::ask;
use crate::harness::{DOOR, World};

async fn guess(world: &World, name: &str, guess: &str) -> u16 {
    world.anonymous().basic(name, guess).get(&ask("registry", &[])).await.status.as_u16()
}

#[tokio::test]
async fn a64_the_fifth_wrong_password_locks_and_time_unlocks() {
    let world = World::port().await;
    for n in 0..4 {
        assert_eq!(guess(&world, "bob", &format!("wrong-{n}")).await, 401);
    }
    assert_eq!(guess(&world, "bob", "pw-bob").await, 200, "four do not lock");
    for n in 0..5 {
        assert_eq!(guess(&world, "bob", &format!("again-{n}")).await, 401, "the counter began anew");
    }
    assert_eq!(guess(&world, "bob", "pw-bob").await, 401, "locked, whatever the password");
    assert_eq!(world.last_event().await.error.as_deref(), Some("user_temporarily_disabled"));
    assert_eq!(guess(&world, "alice", "pw-alice").await, 200, "nobody else is");
    world.clock.advance(61_000);
    assert_eq!(guess(&world, "bob", "pw-bob").await, 200);
}

#[tokio::test]
async fn a64_a_locked_user_looks_like_a_wrong_password() {
    let world = World::port().await;
    for n in 0..5 {
        guess(&world, "bob", &format!("wrong-{n}")).await;
    }
    let path = ask("registry", &[]);
    let right = world.person("bob").get(&path).await;
    let wrong = world.anonymous().basic("bob", "wrong").get(&path).await;
    let unknown = world.anonymous().basic("nobody", "wrong").get(&path).await;
    assert_eq!((right.status, &right.body), (wrong.status, &wrong.body));
    assert_eq!((right.status, &right.body), (unknown.status, &unknown.body));
}

#[tokio::test]
async fn a64_a_hundred_guesses_at_once_are_counted_exactly() {
    let world = World::port_with(|realm| realm["failureFactor"] = 1_000.into()).await;
    let callers: Vec<_> = (0..100).map(|n| world.anonymous().basic("bob", &format!("wrong-{n}"))).collect();
    let path = ask("registry", &[]);
    let answers = futures_util::future::join_all(callers.iter().map(|c| c.get(&path))).await;
    let counted = answers.iter().filter(|a| a.status.as_u16() == 401).count();
    assert_eq!(world.failures("bob").await, counted as u64);
    assert!(counted > 0);
}

/// containerd asks by POST and, refused, by GET: one wrong password, one failure.
#[tokio::test]
async fn t04_the_same_wrong_password_by_post_and_get_counts_once() {
    let world = World::port().await;
    for n in 0..3 {
        let form = format!("grant_type=password&username=bob&password=wrong-{n}&service=registry");
        world.anonymous().post(DOOR, &form).await.expect(401);
        assert_eq!(guess(&world, "bob", &format!("wrong-{n}")).await, 401);
    }
    assert_eq!(world.failures("bob").await, 3);
}

#[tokio::test]
async fn a64_a_lock_stops_no_running_pull() {
    let world = World::port().await;
    let token = world.identity_token("bob").await;
    for n in 0..5 {
        guess(&world, "bob", &format!("wrong-{n}")).await;
    }
    assert_eq!(guess(&world, "bob", "pw-bob").await, 401);
    let form =
        format!("grant_type=refresh_token&refresh_token={token}&service=registry&scope=repository:team-a/app:pull");
    world.anonymous().post(DOOR, &form).await.expect(200);
}

#[tokio::test]
async fn without_protection_nothing_is_counted() {
    let world = World::port_with(|realm| realm["bruteForceProtected"] = false.into()).await;
    for n in 0..10 {
        guess(&world, "bob", &format!("wrong-{n}")).await;
    }
    assert_eq!(guess(&world, "bob", "pw-bob").await, 200);
    assert_eq!(world.failures("bob").await, 0);
}

#[tokio::test]
async fn a_permanent_lockout_stays_until_an_administrator_ends_it() {
    let world = World::port_with(|realm| realm["permanentLockout"] = true.into()).await;
    let token = world.identity_token("bob").await;
    for n in 0..5 {
        guess(&world, "bob", &format!("wrong-{n}")).await;
    }
    world.clock.advance(100_000_000);
    assert_eq!(guess(&world, "bob", "pw-bob").await, 401);
    let form = format!("grant_type=refresh_token&refresh_token={token}&service=registry");
    world.anonymous().post(DOOR, &form).await.expect(401);
}
