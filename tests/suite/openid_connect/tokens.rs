//! Tokens at doors that they were not made for.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{BASE, client, log_in, post, refresh, text, token, world, world_with};
use crate::harness::{DOOR, World};

async fn userinfo(world: &World, realm: &str, token: &str) -> u16 {
    let caller = world.anonymous().header("authorization", &format!("Bearer {token}"));
    caller.get(&format!("/realms/{realm}/protocol/openid-connect/userinfo")).await.status.as_u16()
}

async fn is_active(world: &World, token: &str) -> bool {
    let pairs = [("token", token), ("client_id", "web"), ("client_secret", "web-secret")];
    let answer = post(&world.anonymous(), "token/introspect", &pairs).await.expect(200);
    answer.json()["active"] == true
}

/// The token with another header.
fn with_header(token: &str, header: &Value, keep_signature: bool) -> String {
    let mut parts = token.split('.');
    let (_, payload, signature) = (parts.next(), parts.next().unwrap(), parts.next().unwrap());
    format!("{}.{payload}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), if keep_signature { signature } else { "" })
}

#[tokio::test]
async fn a35_a_docker_token_is_refused_at_every_door_here_and_the_other_way_round() {
    let world = world_with(|file| {
        client(file, "registry")["attributes"] =
            json!({"docker.registry.profile": "jwks", "docker.identity.tokens": "true"});
    })
    .await;
    let path = format!("{DOOR}?service=registry&scope=repository:a:pull&offline_token=true&client_id=docker");
    let docker = world.person("alice").get(&path).await.expect(200).json();
    let registry_token = docker["token"].as_str().unwrap().to_owned();
    let identity_token = docker["refresh_token"].as_str().unwrap().to_owned();
    for foreign in [&registry_token, &identity_token] {
        assert_eq!(userinfo(&world, "port", foreign).await, 401);
        assert!(!is_active(&world, foreign).await);
        refresh(&world, foreign).await.expect(400);
        super::redeem(&world, foreign, &[]).await.expect(400);
        let pairs = [("token", &**foreign), ("client_id", "web"), ("client_secret", "web-secret")];
        assert_eq!(post(&world.anonymous(), "revoke", &pairs).await.expect(200).json()["error"], "invalid_token");
    }
    let answer = log_in(&world, "openid offline_access").await;
    for ours in ["access_token", "id_token", "refresh_token"] {
        let ours = text(&answer, ours);
        for (user, password) in [("alice", &*ours), ("<token>", &*ours)] {
            let shown = world.anonymous().basic(user, password);
            shown.get(&format!("{DOOR}?service=registry&scope=repository:a:pull")).await.expect(401);
        }
        let form = super::form(&[
            ("grant_type", "refresh_token"),
            ("service", "registry"),
            ("client_id", "docker"),
            ("refresh_token", &ours),
        ]);
        world.anonymous().post(DOOR, &form).await.expect(401);
    }
}

#[tokio::test]
async fn a32_a33_a34_a_token_that_was_tampered_with_is_refused() {
    let world = world().await;
    let access = text(&log_in(&world, "openid").await, "access_token");
    assert_eq!(userinfo(&world, "port", &access).await, 200);
    let kid = crate::harness::answer::Token(access.clone()).header()["kid"].clone();
    for (header, keep) in [
        (json!({"alg": "none", "typ": "JWT", "kid": kid}), false),
        (json!({"alg": "None", "typ": "JWT", "kid": kid}), true),
        (json!({"alg": "nOnE", "typ": "JWT"}), false),
        (json!({"alg": "HS256", "typ": "JWT", "kid": kid}), true),
        (json!({"alg": "RS256", "typ": "JWT", "kid": kid}), false),
        (json!({"alg": "RS256", "typ": "JWT", "kid": "../../../dev/null"}), true),
        (json!({"alg": "RS256", "typ": "JWT", "kid": "' OR 1=1--"}), true),
        (json!({"alg": "RS256", "typ": "JWT", "kid": kid, "crit": ["exp"]}), true),
        (json!({"alg": "RS256", "typ": "JWT", "kid": kid, "b64": false}), true),
        (json!({"alg": "RS256", "typ": "JWT", "jwk": {"kty": "oct", "k": "AA"}}), true),
        (json!({"alg": "RS256", "typ": "logout+jwt", "kid": kid}), true),
    ] {
        let forged = with_header(&access, &header, keep);
        assert_eq!(userinfo(&world, "port", &forged).await, 401, "{header}");
        assert!(!is_active(&world, &forged).await, "{header}");
    }
}

#[tokio::test]
async fn a39_a_token_of_another_realm_is_refused() {
    let world = world().await;
    let mut other = super::realm::port();
    other["realm"] = json!("other");
    other["users"] = json!([]);
    world.import(other).await;
    let answer = log_in(&world, "openid").await;
    assert_eq!(userinfo(&world, "other", &text(&answer, "access_token")).await, 401);
    let pairs = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*text(&answer, "refresh_token")),
        ("client_id", "web"),
        ("client_secret", "web-secret"),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
    let refused = world.anonymous().post("/realms/other/protocol/openid-connect/token", &form).await.expect(400);
    assert_eq!(refused.json()["error_description"], "Invalid refresh token");
}

#[tokio::test]
async fn a49_the_issuer_is_the_configured_one_whoever_asks_how() {
    let world = world().await;
    for (name, value) in
        [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")]
    {
        let document = world
            .anonymous()
            .header(name, value)
            .get("/realms/port/.well-known/openid-configuration")
            .await
            .expect(200);
        assert_eq!(document.json()["issuer"], super::ISSUER, "{name}");
        let pairs = super::form(&[
            ("grant_type", "client_credentials"),
            ("client_id", "robot"),
            ("client_secret", "robot-secret"),
        ]);
        let answer = world.anonymous().header(name, value).post(&format!("{BASE}/token"), &pairs).await.expect(200);
        assert_eq!(super::claims(&text(&answer, "access_token"))["iss"], super::ISSUER, "{name}");
    }
}

#[tokio::test]
async fn a77_no_secret_stands_in_an_event() {
    let world = world().await;
    let answer = log_in(&world, "openid").await;
    refresh(&world, &text(&answer, "refresh_token")).await.expect(200);
    refresh(&world, "canary-refresh").await.expect(400);
    super::redeem(&world, "canary-code.a.b", &[]).await.expect(400);
    token(&world, &[("grant_type", "client_credentials"), ("client_id", "robot"), ("client_secret", "canary-secret")])
        .await
        .expect(401);
    token(
        &world,
        &[
            ("grant_type", "password"),
            ("username", "alice"),
            ("password", "canary-password"),
            ("client_id", "web"),
            ("client_secret", "web-secret"),
        ],
    )
    .await
    .expect(400);
    let events = format!("{:?}", world.events().await);
    for secret in ["canary-", "web-secret", "pw-alice", &text(&answer, "refresh_token"), &text(&answer, "access_token")]
    {
        assert!(!events.contains(secret), "{secret}");
    }
}
