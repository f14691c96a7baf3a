//! What a successful answer and its token hold.

use serde_json::json;

use super::ask;
use crate::harness::{DOOR, PUBLIC_URL, World};

#[tokio::test]
async fn a_login_without_scope_gives_an_empty_grant() {
    let world = World::port().await;
    // The realm's keys are made at first need.
    world.person("bob").get(&ask("registry", &[])).await.expect(200);
    let before = world.rows().await;
    let answer = world.person("bob").get(&ask("registry", &[])).await.expect(200);
    assert_eq!(answer.token().claims()["access"], json!([]));
    assert_eq!(world.rows().await, before, "transient: nothing but the event is written");
    assert!(answer.headers.get("set-cookie").is_none(), "no cookie");
}

#[tokio::test]
async fn the_answer_has_the_fields_that_every_client_reads() {
    let world = World::port().await;
    let answer = world.person("bob").get(&ask("registry", &["repository:team-a/app:pull,push"])).await.expect(200);
    let body = answer.json();
    assert_eq!(body["token"], body["access_token"]);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 300);
    assert_eq!(body["scope"], "repository:team-a/app:pull,push");
    assert!(body.get("refresh_token").is_none(), "only when asked for");
    // RFC 3339 in true UTC, of the moment of issue.
    let now = world.clock_seconds();
    let issued = time::OffsetDateTime::parse(
        body["issued_at"].as_str().expect("issued_at"),
        &time::format_description::well_known::Rfc3339,
    )
    .expect("RFC 3339");
    assert!(issued.offset().is_utc());
    assert!((now - issued.unix_timestamp()).abs() <= 5, "{issued} is not now");
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(answer.header("cache-control").contains("no-store"));
    assert_eq!(answer.header("pragma"), "no-cache");
}

#[tokio::test]
async fn the_token_has_keycloaks_claims() {
    let world = World::port().await;
    let token = world.person("bob").get(&ask("registry", &["repository:team-a/app:pull"])).await.token();
    let claims = token.claims();
    let now = world.clock_seconds();
    assert_eq!(claims["iss"], format!("{PUBLIC_URL}/realms/port"));
    assert_eq!(claims["aud"], "registry", "one plain string");
    assert_eq!(claims["azp"], "registry");
    assert_eq!(claims["sub"], "bob");
    assert_eq!(claims["exp"].as_i64(), Some(claims["iat"].as_i64().expect("iat") + 300));
    assert_eq!(claims["jti"].as_str().map(str::len), Some(36));
    assert_eq!(claims["access"], json!([{"type": "repository", "name": "team-a/app", "actions": ["pull"]}]));
    // a91: a registry whose clock is a little behind takes the token.
    assert!(claims["nbf"].as_i64().expect("nbf") < now);
    // a35: no OIDC door may take a docker token for one of its own.
    assert!(!["Bearer", "ID", "Refresh", "Offline"].contains(&claims["typ"].as_str().expect("typ")));
    let header = token.header();
    assert_eq!(header["alg"], "RS256");
    assert_eq!(header["typ"], "JWT");
    // a90: never a key inside the token.
    assert!(header.get("jwk").is_none());
}

#[tokio::test]
async fn a91_the_lifetime_is_never_under_a_minute() {
    let world = World::port_with(|realm| realm["accessTokenLifespan"] = json!(20)).await;
    let answer = world.person("bob").get(&ask("registry", &[])).await.expect(200);
    assert_eq!(answer.json()["expires_in"], 60);
}

#[tokio::test]
async fn a_client_sets_its_own_lifetime() {
    let world = World::port().await;
    assert_eq!(world.person("bob").get(&ask("es256", &[])).await.expect(200).json()["expires_in"], 900);
    let world =
        World::port_with(|realm| realm["clients"][1]["attributes"] = json!({"access.token.lifespan": "1800"})).await;
    assert_eq!(world.person("bob").get(&ask("plain", &[])).await.expect(200).json()["expires_in"], 1800);
}

#[tokio::test]
async fn the_subject_is_the_stored_name_or_the_id() {
    let world = World::port().await;
    let caller = world.anonymous().basic("BOB", "pw-bob");
    assert_eq!(caller.get(&ask("plain", &[])).await.token().claims()["sub"], "bob");
    let id = world.user_id("bob").await;
    assert_eq!(caller.get(&ask("lax", &[])).await.token().claims()["sub"], id.as_str());
}

#[tokio::test]
async fn post_gives_the_same_as_get() {
    let world = World::port().await;
    let form = "grant_type=password&username=bob&password=pw-bob&service=registry&client_id=containerd-client\
                &scope=repository%3Ateam-a%2Fapp%3Apull%2Cpush";
    let answer = world.anonymous().post(DOOR, form).await;
    assert_eq!(answer.token().access(), ["repository:team-a/app:pull,push"]);
    assert_eq!(answer.json()["scope"], "repository:team-a/app:pull,push");
    assert!(answer.json().get("refresh_token").is_none());
}

#[tokio::test]
async fn t37_a_token_stays_small_for_a_user_with_many_roles() {
    let world = World::port_with(|realm| {
        let roles: Vec<_> = (0..5_000).map(|n| json!({"name": format!("role-with-a-long-name-{n}")})).collect();
        let names: Vec<_> = roles.iter().map(|r| r["name"].clone()).collect();
        realm["roles"]["realm"].as_array_mut().expect("roles").extend(roles);
        realm["users"][1]["realmRoles"] = json!(names);
    })
    .await;
    let token = world.person("bob").get(&ask("registry", &["repository:team-a/app:pull"])).await.token();
    assert!(token.0.len() < 8_192, "{} bytes", token.0.len());
}
