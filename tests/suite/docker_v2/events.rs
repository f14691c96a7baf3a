//! Every request that enters the realm ends in one event.

use super::ask;
use crate::harness::{DOOR, World, detail};

#[tokio::test]
async fn t49_a_token_is_recorded_with_what_was_asked_granted_and_denied() {
    let world = World::port().await;
    let path = format!(
        "{}&client_id=docker",
        ask("registry", &["repository:team-a/app:pull,push", "repository:team-b/app:pull"])
    );
    let token = world.person("bob").header("user-agent", "docker/28").get(&path).await.token();
    let event = world.last_event().await;
    assert_eq!(event.kind, "docker.token-issued");
    assert!(event.error.is_none());
    assert_eq!(event.client.as_deref(), Some("registry"));
    assert_eq!(event.user.as_ref().map(ToString::to_string), Some(world.user_id("bob").await));
    assert_eq!(event.address.map(|a| a.to_string()).as_deref(), Some("192.0.2.1"));
    assert_eq!(detail(&event, "requested"), Some("repository:team-a/app:pull,push repository:team-b/app:pull"));
    assert_eq!(detail(&event, "granted"), Some("repository:team-a/app:pull,push"));
    assert_eq!(detail(&event, "denied"), Some("repository:team-b/app:pull"));
    assert_eq!(detail(&event, "credential"), Some("password"));
    assert_eq!(detail(&event, "user_agent"), Some("docker/28"));
    assert_eq!(detail(&event, "client_id"), Some("docker"));
    assert_eq!(detail(&event, "jti"), token.claims()["jti"].as_str());
    assert_eq!(world.events().await.len(), 1, "one request, one event");
}

#[tokio::test]
async fn t49_a77_no_secret_stands_in_any_event() {
    let world = World::port().await;
    let token = world.identity_token("bob").await;
    let jwt = world.person("bob").get(&ask("registry", &[])).await.token();
    world.anonymous().basic("bob", "canary-password").get(&ask("registry", &[])).await.expect(401);
    world.anonymous().basic("", "canary-secret").get(&ask("registry", &[])).await.expect(401);
    let form = "grant_type=refresh_token&refresh_token=canary-refresh&service=registry";
    world.anonymous().post(DOOR, form).await.expect(401);
    let text = format!("{:?}", world.events().await);
    for secret in [
        "pw-bob",
        "canary-password",
        "canary-secret",
        "canary-refresh",
        token.as_str(),
        jwt.0.as_str(),
        "bob@example.org",
    ] {
        assert!(!text.contains(secret), "{secret} stands in an event");
    }
}

#[tokio::test]
async fn events_are_kept_only_when_the_realm_says_so() {
    let world = World::port_with(|realm| realm["eventsEnabled"] = false.into()).await;
    world.person("bob").get(&ask("registry", &[])).await.expect(200);
    assert!(world.events().await.is_empty());
}

#[tokio::test]
async fn a77_a_long_user_agent_is_cut() {
    let world = World::port().await;
    world.person("bob").header("user-agent", &"a".repeat(5_000)).get(&ask("registry", &[])).await.expect(200);
    let event = world.last_event().await;
    assert!(detail(&event, "user_agent").is_some_and(|a| a.len() <= 512));
}

#[tokio::test]
async fn t50_two_hundred_pulls_with_one_password_are_one_hash() {
    let world = World::port().await;
    let before: u64 = world.hash_jobs().iter().sum();
    let gate = world.hold_hashing();
    let caller = world.person("bob");
    let path = ask("registry", &["repository:team-a/app:pull"]);
    let requests = futures_util::future::join_all((0..200).map(|_| caller.get(&path)));
    let (answers, ()) = tokio::join!(requests, async {
        world.wait_until_hashing_is_asked(200).await;
        gate.resume();
    });
    assert!(answers.iter().all(|a| a.status.as_u16() == 200));
    assert_eq!(world.hash_jobs().iter().sum::<u64>() - before, 1);
}
