//! Every way to show who one is, for every reason why it no longer counts: a check that stands on one way stands on all.

use base64::{Engine, engine::general_purpose::STANDARD};
use identity::UserChange;
use serde_json::json;

use super::ask;
use crate::harness::{Answer, DOOR, World};

const SCOPE: &str = "repository:team-a/app:pull";

/// Each way, by name; whether it is a stored token comes with it.
async fn every_way(world: &World, token: &str) -> Vec<(&'static str, bool, Answer)> {
    let path = ask("registry", &[SCOPE]);
    let password = "grant_type=password&username=bob&password=pw-bob&service=registry";
    let refresh = format!("grant_type=refresh_token&refresh_token={token}&service=registry");
    let nameless = format!("Basic {}", STANDARD.encode(format!(":{token}")));
    let by_mail = world.anonymous().basic("bob@example.org", "pw-bob");
    vec![
        ("Basic", false, world.person("bob").get(&path).await),
        ("Basic with the mail address", false, by_mail.get(&path).await),
        ("password grant", false, world.anonymous().post(DOOR, password).await),
        ("refresh grant", true, world.anonymous().post(DOOR, &refresh).await),
        ("Basic with an identity token", true, world.anonymous().header("authorization", &nameless).get(&path).await),
    ]
}

/// Whether passwords and stored tokens get through.
async fn expect(world: &World, token: &str, why: &str, passwords: bool, tokens: bool) {
    for (way, is_token, answer) in every_way(world, token).await {
        let expected = if is_token { tokens } else { passwords };
        assert_eq!(answer.status.as_u16() == 200, expected, "{why}, {way}: {} {}", answer.status, answer.text());
        if !expected {
            assert!(answer.json().get("token").is_none() && answer.json()["errors"].is_array(), "{why}, {way}");
        }
    }
}

#[tokio::test]
async fn a41_a87_a88_no_way_in_outlives_user_client_or_realm() {
    let world = World::port().await;
    let token = world.identity_token("bob").await;
    expect(&world, &token, "at first", true, true).await;

    world.set_enabled("bob", false).await;
    expect(&world, &token, "disabled user", false, false).await;
    world.set_enabled("bob", true).await;
    // What was revoked stays so.
    expect(&world, &token, "enabled again", true, false).await;
    let token = world.identity_token("bob").await;

    world.set_client_enabled("registry", false).await;
    expect(&world, &token, "disabled client", false, false).await;
    world.set_client_enabled("registry", true).await;

    world.change_realm(json!({"enabled": false})).await;
    expect(&world, &token, "disabled realm", false, false).await;
    world.change_realm(json!({"enabled": true})).await;
    expect(&world, &token, "all enabled again", true, true).await;

    world.remove_user("bob").await;
    expect(&world, &token, "deleted user", false, false).await;
}

#[tokio::test]
async fn a41_what_was_given_before_not_before_is_refused_on_every_way() {
    let world = World::port().await;
    let token = world.identity_token("bob").await;
    world.clock.advance(5_000);
    let now = world.clock_seconds();
    for (of, change) in [("realm", json!({"notBefore": now})), ("realm, taken back", json!({"notBefore": 0}))] {
        world.change_realm(change).await;
        // A password is proven now; the token was given before.
        expect(&world, &token, of, true, of != "realm").await;
    }
    let not_before = |seconds| UserChange { not_before: Some(seconds), ..UserChange::default() };
    world.change_user("bob", not_before(now)).await;
    expect(&world, &token, "user", true, false).await;
    world.change_user("bob", not_before(0)).await;
    expect(&world, &token, "user, taken back", true, true).await;
}

#[tokio::test]
async fn a41_a64_a_lock_or_a_pending_action_stops_every_password_and_no_token() {
    let world = World::port().await;
    let token = world.identity_token("bob").await;
    for n in 0..5 {
        world.anonymous().basic("bob", &format!("wrong-{n}")).get(&ask("registry", &[SCOPE])).await.expect(401);
    }
    expect(&world, &token, "locked for a while", false, true).await;
    world.clock.advance(61_000);
    expect(&world, &token, "after the lock", true, true).await;

    let pending = UserChange { required_actions: Some(vec!["UPDATE_PASSWORD".to_owned()]), ..UserChange::default() };
    world.change_user("bob", pending).await;
    // The token was given when nothing was pending; what has come up since is asked for at the next log-in.
    expect(&world, &token, "pending action", false, true).await;
}
