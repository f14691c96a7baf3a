//! Standard token exchange.

use serde_json::{Value, json};

use super::{claims, client, last_event, log_in, log_in_as, refresh, refused, text, token, world_with};
use crate::harness::{Answer, World};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID: &str = "urn:ietf:params:oauth:token-type:id_token";
const REFRESH: &str = "urn:ietf:params:oauth:token-type:refresh_token";

/// `web`'s tokens name `robot`, which may exchange them; alice has roles of `web` and of `account`.
async fn exchanging(more: Value) -> World {
    world_with(move |file| {
        client(file, "web")["protocolMappers"] = json!([{"name": "robot", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
            "config": {"included.client.audience": "robot", "access.token.claim": "true"}}]);
        let mut attributes = json!({"standard.token.exchange.enabled": "true"});
        attributes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client(file, "robot")["attributes"] = attributes;
        file["users"][0]["clientRoles"] = json!({"web": ["editor"]});
    })
    .await
}

async fn exchange(world: &World, subject: &str, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![
        ("grant_type", EXCHANGE),
        ("subject_token", subject),
        ("subject_token_type", ACCESS),
        ("client_id", "robot"),
        ("client_secret", "robot-secret"),
    ];
    pairs.retain(|(name, _)| more.iter().all(|(other, _)| name != other));
    pairs.extend(more.iter().filter(|(_, value)| *value != "-"));
    token(world, &pairs).await
}

#[tokio::test]
async fn a_token_becomes_the_requesters_in_the_same_session() {
    let world = exchanging(json!({})).await;
    let first = log_in(&world, "openid").await;
    let answer = exchange(&world, &text(&first, "access_token"), &[]).await.expect(200);
    let body = answer.json();
    assert_eq!((&body["issued_token_type"], &body["token_type"]), (&json!(ACCESS), &json!("Bearer")));
    assert!(body.get("refresh_token").is_none());
    let access = claims(&text(&answer, "access_token"));
    assert!(access["jti"].as_str().unwrap().starts_with("onrtte:"));
    assert_eq!((&access["azp"], &access["sid"]), (&json!("robot"), &first.json()["session_state"]));
    assert_eq!(access["sub"], world.user_id("alice").await);
    assert_eq!(last_event(&world).await, ("TOKEN_EXCHANGE".into(), None));
    // What the session was goes on.
    refresh(&world, &text(&first, "refresh_token")).await.expect(200);
}

#[tokio::test]
async fn audiences_narrow_the_token_and_one_that_cannot_be_reached_is_told() {
    let world = exchanging(json!({})).await;
    let subject = text(&log_in(&world, "openid").await, "access_token");
    let narrow = exchange(&world, &subject, &[("audience", "web")]).await.expect(200);
    let access = claims(&text(&narrow, "access_token"));
    assert_eq!(access["aud"], "web");
    let both = exchange(&world, &subject, &[("audience", "web"), ("audience", "account")]).await.expect(200);
    assert_eq!(claims(&text(&both, "access_token"))["aud"].as_array().unwrap().len(), 2);
    let answer = exchange(&world, &subject, &[("audience", "spa")]).await;
    refused(&answer, 400, "invalid_request", "Requested audience not available: spa");
    for unknown in ["nowhere", "off", "registry"] {
        refused(
            &exchange(&world, &subject, &[("audience", unknown)]).await,
            400,
            "invalid_client",
            "Audience not found",
        );
    }
}

#[tokio::test]
async fn a41_who_may_not_exchange_gets_nothing() {
    let world = exchanging(json!({})).await;
    let first = log_in(&world, "openid").await;
    let subject = text(&first, "access_token");
    // A client without the switch, a public one, and a token that names somebody else.
    let answer = exchange(&world, &subject, &[("client_id", "web"), ("client_secret", "web-secret")]).await;
    refused(&answer, 400, "invalid_request", "Standard token exchange is not enabled for the requested client");
    let answer = exchange(&world, &subject, &[("client_id", "spa"), ("client_secret", "-")]).await;
    refused(&answer, 403, "access_denied", "Public client is not allowed to exchange token");
    let others = text(&log_in_as(&world, "spa", "alice", "openid").await, "access_token");
    refused(&exchange(&world, &others, &[]).await, 403, "access_denied", "Client is not within the token audience");
    for (name, value, error, description) in [
        ("subject_token", "-", "invalid_request", "Parameter 'subject_token' not specified"),
        ("subject_token_type", ID, "invalid_request", "Parameter 'subject_token' supports access tokens only"),
        ("requested_token_type", "urn:x", "invalid_request", "requested_token_type unsupported"),
        ("requested_token_type", REFRESH, "invalid_request", "requested_token_type unsupported"),
        ("actor_token", "x", "invalid_request", "Parameter 'actor_token' is not supported"),
        ("scope", "frobnicate", "invalid_scope", "Invalid scopes: frobnicate"),
    ] {
        refused(&exchange(&world, &subject, &[(name, value)]).await, 400, error, description);
    }
    // A35: nothing but an access token is one.
    for other in ["id_token", "refresh_token"] {
        refused(&exchange(&world, &text(&first, other), &[]).await, 400, "invalid_request", "Invalid token");
    }
    // CVE-2026-1486, 3009: on this grant too, whoever is switched off is.
    world.set_enabled("alice", false).await;
    refused(&exchange(&world, &subject, &[]).await, 400, "invalid_request", "Invalid token");
    world.set_enabled("alice", true).await;
    let again = text(&log_in(&world, "openid").await, "access_token");
    world.set_client_enabled("web", false).await;
    refused(&exchange(&world, &again, &[]).await, 400, "invalid_request", "Invalid token");
}

#[tokio::test]
async fn an_id_token_or_a_refresh_token_comes_where_it_is_asked_for_and_allowed() {
    let world = exchanging(json!({"standard.token.exchange.enableRefreshRequestedTokenType": "SAME_SESSION"})).await;
    let subject = text(&log_in(&world, "openid").await, "access_token");
    let id = exchange(&world, &subject, &[("requested_token_type", ID)]).await.expect(200);
    assert_eq!((&id.json()["token_type"], &id.json()["issued_token_type"]), (&json!("N_A"), &json!(ID)));
    let told = claims(&text(&id, "access_token"));
    assert_eq!((&told["typ"], &told["aud"]), (&json!("ID"), &json!("robot")));
    let answer = exchange(&world, &subject, &[("requested_token_type", REFRESH)]).await.expect(200);
    let refresh = text(&answer, "refresh_token");
    let pairs = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*refresh),
        ("client_id", "robot"),
        ("client_secret", "robot-secret"),
    ];
    assert_eq!(claims(&text(&token(&world, &pairs).await.expect(200), "access_token"))["azp"], "robot");
}
