//! The identity token that `docker login` may be given: stored, revocable, not rotated.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::json;

use super::ask;
use crate::harness::{Answer, DOOR, World};

const SCOPE: &str = "repository:team-a/app:pull";

async fn refresh(world: &World, token: &str, service: &str) -> Answer {
    let form =
        format!("grant_type=refresh_token&refresh_token={token}&service={service}&client_id=docker&scope={SCOPE}");
    world.anonymous().post(DOOR, &form).await
}

#[tokio::test]
async fn t24_a_token_is_given_only_when_asked_for_and_allowed() {
    let world = World::port().await;
    let offline = |service| format!("{}&client_id=docker&offline_token=true", ask(service, &[]));
    assert!(world.person("bob").get(&ask("registry", &[])).await.expect(200).json().get("refresh_token").is_none());
    assert!(
        world.person("bob").get(&offline("plain")).await.expect(200).json().get("refresh_token").is_none(),
        "the client does not give any"
    );
    let token = world.person("bob").get(&offline("registry")).await.expect(200).json()["refresh_token"].clone();
    let token = token.as_str().expect("a token");
    // Safe in a form, and under the 2.5 kB that a credential store of Windows takes.
    assert!(token.len() < 200 && token.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)), "{token}");
    let form = "grant_type=password&username=bob&password=pw-bob&service=registry&access_type=offline";
    assert!(world.anonymous().post(DOOR, form).await.expect(200).json()["refresh_token"].is_string());
    assert!(
        world
            .anonymous()
            .get(&format!("{}&offline_token=true", ask("registry", &["repository:public/a:pull"])))
            .await
            .expect(200)
            .json()
            .get("refresh_token")
            .is_none(),
        "not for anonymous"
    );
}

#[tokio::test]
async fn t22_a_refresh_returns_the_same_token_again_and_again() {
    let world = World::port().await;
    let token = world.identity_token("bob").await;
    let answers = futures_util::future::join_all((0..10).map(|_| refresh(&world, &token, "registry"))).await;
    for answer in answers {
        assert_eq!(answer.token().access(), [SCOPE]);
        assert_eq!(answer.token().claims()["sub"], "bob");
        let body = answer.json();
        assert!(body.get("refresh_token").is_none_or(|t| *t == token.as_str()), "not rotated");
    }
}

#[tokio::test]
async fn a39_a87_a_token_is_bound_to_its_registry_and_its_realm() {
    let world = World::port().await;
    let mut other = crate::harness::realm::port();
    other["realm"] = "starboard".into();
    world.import(other).await;
    let token = world.identity_token("bob").await;
    refresh(&world, &token, "es256").await.refusal(401, "UNAUTHORIZED", "invalid_grant");
    let form = format!("grant_type=refresh_token&refresh_token={token}&service=registry");
    world.anonymous().post(&DOOR.replace("port", "starboard"), &form).await.expect(401);
    refresh(&world, &token, "registry").await.expect(200);
}

#[tokio::test]
async fn a52_a87_rubbish_truncated_and_changed_tokens_are_refused() {
    let world = World::port().await;
    let token = world.identity_token("bob").await;
    let mut flipped = token.clone().into_bytes();
    let last = flipped.len() - 1;
    flipped[last] = if flipped[last] == b'A' { b'B' } else { b'A' };
    let flipped = String::from_utf8(flipped).expect("text");
    let empty = refresh(&world, "", "registry").await;
    empty.refusal(400, "UNSUPPORTED", "invalid_request");
    for bad in ["x", &token[1..], &token[..token.len() - 1], &format!("{token}A"), &flipped, "eyJhbGciOiJub25lIn0.e30."]
    {
        refresh(&world, bad, "registry").await.refusal(401, "UNAUTHORIZED", "invalid_grant");
    }
}

#[tokio::test]
async fn t23_a86_a87_a_token_dies_with_a_new_password_a_disabled_or_a_deleted_user_and_a_revocation() {
    let world = World::port().await;
    let token = world.identity_token("bob").await;
    world.set_password("bob", "another").await;
    let message = refresh(&world, &token, "registry").await.refusal(401, "UNAUTHORIZED", "invalid_grant").json();
    assert!(message["errors"][0]["message"].as_str().is_some_and(|m| m.contains("Log in again")), "{message}");

    let token = world.identity_token("carol").await;
    world.set_enabled("carol", false).await;
    refresh(&world, &token, "registry").await.expect(401);
    world.set_enabled("carol", true).await;
    refresh(&world, &token, "registry").await.refusal(401, "UNAUTHORIZED", "invalid_grant");

    let token = world.identity_token("dave").await;
    world.remove_user("dave").await;
    refresh(&world, &token, "registry").await.expect(401);

    let token = world.identity_token("alice").await;
    assert_eq!(world.revoke_tokens("alice").await, 1);
    refresh(&world, &token, "registry").await.expect(401);
}

#[tokio::test]
async fn a88_a_token_of_a_client_that_was_disabled_is_refused() {
    let world = World::port().await;
    let token = world.identity_token("bob").await;
    world.set_client_enabled("registry", false).await;
    refresh(&world, &token, "registry").await.refusal(400, "DENIED", "invalid_client");
}

#[tokio::test]
async fn t21_basic_with_an_empty_user_is_an_identity_token_or_401() {
    let world = World::port().await;
    let token = world.identity_token("bob").await;
    let basic = |user: &str, secret: &str| format!("Basic {}", STANDARD.encode(format!("{user}:{secret}")));
    let path = ask("registry", &[SCOPE]);
    // t28: tools that do not know the credential helpers' word send it as a user name.
    for user in ["", "<token>"] {
        let answer = world.anonymous().header("authorization", &basic(user, &token)).get(&path).await;
        assert_eq!(answer.token().claims()["sub"], "bob");
        world.anonymous().header("authorization", &basic(user, "rubbish")).get(&path).await.expect(401);
    }
}

/// The same words show that it is no token, whatever is wrong with it.
async fn opens_nothing(world: &World, secret: &str, what: &str) {
    let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let path = ask("registry", &[SCOPE]);
    let basic = |user: &str| format!("Basic {}", STANDARD.encode(format!("{user}:{secret}")));
    for header in [basic(""), basic("<token>"), basic("bob"), format!("Bearer {secret}")] {
        let answer = world.anonymous().header("authorization", &header).get(&path).await;
        assert_eq!(answer.status.as_u16(), 401, "{what}: {}", answer.text());
    }
    let answer = refresh(world, &encoded, "registry").await;
    assert_eq!(answer.status.as_u16(), 401, "{what}: {}", answer.text());
    let form = format!("grant_type=password&username=bob&password={encoded}&service=registry");
    world.anonymous().post(DOOR, &form).await.refusal(401, "UNAUTHORIZED", "invalid_grant");
}

/// A personal or identity token is not the password of its user, nor a bearer token.
#[tokio::test]
async fn a86_an_identity_token_is_no_password_and_no_bearer() {
    let world = World::port().await;
    let token = world.identity_token("bob").await;
    let path = ask("registry", &[SCOPE]);
    world.anonymous().basic("bob", &token).get(&path).await.refusal(401, "UNAUTHORIZED", "invalid_grant");
    let bearer = world.anonymous().header("authorization", &format!("Bearer {token}"));
    bearer.get(&path).await.refusal(401, "UNAUTHORIZED", "invalid_grant");
    let form = format!("grant_type=password&username=bob&password={token}&service=registry");
    world.anonymous().post(DOOR, &form).await.refusal(401, "UNAUTHORIZED", "invalid_grant");
    refresh(&world, &token, "registry").await.expect(200);
}

/// This door takes no signed token at all: not a forged one, not the ones it issues itself.
#[tokio::test]
async fn a32_a33_a34_a35_no_jwt_opens_this_door() {
    let world = World::port().await;
    let issued = world.person("bob").get(&ask("registry", &[SCOPE])).await.token();
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let [_, claims, signature] = issued.0.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let headers = [
        json!({"alg": "none", "typ": "JWT"}),
        json!({"alg": "nOnE"}),
        json!({"alg": "HS256", "kid": issued.header()["kid"]}),
        json!({"alg": "RS256", "kid": "../../../dev/null"}),
        json!({"alg": "RS256", "kid": "' OR 1=1--"}),
        json!({"alg": "RS256", "jku": "http://127.0.0.1:1/keys", "x5u": "file:///etc/passwd"}),
        json!({"alg": "RS256", "crit": ["b64"], "b64": false}),
    ];
    for header in headers {
        opens_nothing(&world, &format!("{}.{claims}.", part(header.clone())), &format!("{header}, unsigned")).await;
        opens_nothing(&world, &format!("{}.{claims}.{signature}", part(header.clone())), &header.to_string()).await;
    }
    opens_nothing(&world, &issued.0, "a docker token").await;
}

#[tokio::test]
async fn a_log_in_with_a_token_never_mints_another() {
    let world = World::port().await;
    let token = world.identity_token("bob").await;
    let form = format!("grant_type=refresh_token&refresh_token={token}&service=registry&access_type=offline");
    let body = world.anonymous().post(DOOR, &form).await.expect(200).json();
    assert!(body.get("refresh_token").is_none_or(|t| *t == token.as_str()));
    assert_eq!(world.rows_of("ticket").await, 1);
}

#[tokio::test]
async fn a_token_follows_the_users_rights_of_now() {
    let world = World::port().await;
    let token = world.identity_token("bob").await;
    assert_eq!(refresh(&world, &token, "registry").await.token().access(), [SCOPE]);
    world.leave_group("bob", "/team-a").await;
    assert!(refresh(&world, &token, "registry").await.token().access().is_empty());
}

#[tokio::test]
async fn a_daily_pull_keeps_a_token_alive_and_silence_as_long_as_the_realm_says_ends_it() {
    const DAY: u64 = 86_400_000;
    let world = World::port_with(|realm| realm["offlineSessionIdleTimeout"] = (7 * 86_400).into()).await;
    let (used, idle) = (world.identity_token("bob").await, world.identity_token("bob").await);
    for _ in 0..30 {
        world.clock.advance(DAY);
        refresh(&world, &used, "registry").await.expect(200);
    }
    refresh(&world, &idle, "registry").await.refusal(401, "UNAUTHORIZED", "invalid_grant");
    // A shorter time holds at once, for tokens of before it too.
    world.clock.advance(2 * DAY);
    world.change_realm(serde_json::json!({ "offlineSessionIdleTimeout": 86_400 })).await;
    refresh(&world, &used, "registry").await.refusal(401, "UNAUTHORIZED", "invalid_grant");
}

#[tokio::test]
async fn a_token_has_an_end_where_the_realm_gives_offline_sessions_one() {
    let world = World::port_with(|realm| {
        realm["offlineSessionMaxLifespanEnabled"] = true.into();
        realm["offlineSessionMaxLifespan"] = 86_400.into();
    })
    .await;
    let token = world.identity_token("bob").await;
    world.clock.advance(86_399_000);
    refresh(&world, &token, "registry").await.expect(200);
    world.clock.advance(1_000);
    refresh(&world, &token, "registry").await.refusal(401, "UNAUTHORIZED", "invalid_grant");
}

#[tokio::test]
async fn an_identity_token_request_runs_no_sql_on_one_node() {
    let world = World::port_with(|realm| realm["eventsEnabled"] = false.into()).await;
    let token = world.identity_token("bob").await;
    refresh(&world, &token, "registry").await.expect(200);
    world.identity.flush_events().await;
    let before = world.identity.statistics().statements;
    for _ in 0..100 {
        refresh(&world, &token, "registry").await.expect(200);
    }
    let statements = world.identity.statistics().statements - before;
    let allowed = if world.identity.is_single_node() { 0 } else { 100 };
    assert!(statements <= allowed + 2, "{statements} statements for 100 requests");
}
