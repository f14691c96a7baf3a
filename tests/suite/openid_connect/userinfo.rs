//! Userinfo.

use axum::{body::Body, http::Method};
use serde_json::json;

use super::{BASE, client, keys, last_event, log_in, post, realm::ORIGIN, text, token, world, world_with};
use crate::harness::{Answer, World, answer::Token};

async fn ask(world: &World, token: &str) -> Answer {
    world.anonymous().header("authorization", &format!("Bearer {token}")).get(&format!("{BASE}/userinfo")).await
}

#[track_caller]
fn challenged(answer: &Answer, status: u16, challenge: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    assert!(answer.body.is_empty());
    assert_eq!(answer.header("content-type"), "text/plain;charset=utf-8");
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
    assert_eq!(answer.header("www-authenticate"), challenge);
}

const UNVERIFIED: &str =
    "Bearer realm=\"port\", error=\"invalid_token\", error_description=\"Token verification failed\"";

#[tokio::test]
async fn the_token_comes_in_a_header_or_a_form() {
    let world = world().await;
    let access = text(&log_in(&world, "openid").await, "access_token");
    let expected = json!({"sub": world.user_id("alice").await, "email_verified": true, "name": "Alice Example", "preferred_username": "alice",
        "given_name": "Alice", "family_name": "Example", "email": "alice@example.org"});
    let bearer = world.anonymous().header("authorization", &format!("Bearer {access}"));
    for answer in [
        ask(&world, &access).await,
        post(&bearer, "userinfo", &[]).await,
        post(&world.anonymous(), "userinfo", &[("access_token", &access)]).await,
    ] {
        let answer = answer.expect(200);
        assert_eq!(answer.json(), expected);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store, no-cache", "no-cache"));
    }
    assert_eq!(last_event(&world).await, ("USER_INFO_REQUEST".into(), None));
    let head = bearer.send(Method::HEAD, &format!("{BASE}/userinfo"), Body::empty()).await.expect(200);
    assert!(head.body.is_empty());
}

#[tokio::test]
async fn every_refusal_stands_in_the_challenge() {
    let world = world().await;
    let answer = log_in(&world, "openid").await;
    let access = text(&answer, "access_token");
    challenged(&world.anonymous().get(&format!("{BASE}/userinfo")).await, 401, "Bearer realm=\"port\"");
    challenged(
        &world.anonymous().basic("web", "web-secret").get(&format!("{BASE}/userinfo")).await,
        401,
        "Bearer realm=\"port\"",
    );
    let in_query = world.anonymous().get(&format!("{BASE}/userinfo?access_token={access}")).await;
    challenged(&in_query, 401, "Bearer realm=\"port\"");
    let broken = format!("{}AAAAAA", &access[..access.len() - 6]);
    for bad in ["abc", &broken, &text(&answer, "id_token"), &text(&answer, "refresh_token")] {
        challenged(&ask(&world, bad).await, 401, UNVERIFIED);
    }
    assert_eq!(last_event(&world).await, ("USER_INFO_REQUEST_ERROR".into(), Some("invalid_token".into())));
    let without = text(&log_in(&world, "").await, "access_token");
    challenged(
        &ask(&world, &without).await,
        403,
        "Bearer realm=\"port\", error=\"insufficient_scope\", error_description=\"Missing openid scope\"",
    );
    let both = world.anonymous().header("authorization", &format!("Bearer {access}"));
    challenged(
        &post(&both, "userinfo", &[("access_token", &access)]).await,
        400,
        "Bearer realm=\"port\", error=\"invalid_request\", error_description=\"More than one method used for including an access token\"",
    );
}

#[tokio::test]
async fn a44_two_headers_or_a_malformed_one_are_no_token() {
    let world = world().await;
    let access = text(&log_in(&world, "openid").await, "access_token");
    for value in [format!("Bearer  {access}"), format!("Bearer {access}, Bearer {access}"), format!("Bearer\t{access}")]
    {
        let answer = world.anonymous().header("authorization", &value).get(&format!("{BASE}/userinfo")).await;
        assert!(matches!(answer.status.as_u16(), 400 | 401), "{value:.12}");
    }
    let twice = format!("Bearer {access}");
    let twice = world.anonymous().header("authorization", &twice).header("authorization", &twice);
    assert_eq!(twice.get(&format!("{BASE}/userinfo")).await.status.as_u16(), 400);
}

#[tokio::test]
async fn what_ended_meanwhile_is_told() {
    let world = world().await;
    let answer = log_in(&world, "openid").await;
    let sid = answer.json()["session_state"].as_str().unwrap().parse().unwrap();
    world.identity.close_session(&*world.realm("port").await, &sid).await.unwrap();
    challenged(
        &ask(&world, &text(&answer, "access_token")).await,
        401,
        "Bearer realm=\"port\", error=\"invalid_token\", error_description=\"user_session_not_found\"",
    );
    let answer = log_in(&world, "openid").await;
    world.set_enabled("alice", false).await;
    challenged(
        &ask(&world, &text(&answer, "access_token")).await,
        401,
        "Bearer realm=\"port\", error=\"invalid_token\", error_description=\"User disabled\"",
    );
    world.set_enabled("alice", true).await;
    let answer = log_in(&world, "openid").await;
    world.clock.advance(301_000);
    challenged(&ask(&world, &text(&answer, "access_token")).await, 401, UNVERIFIED);
}

#[tokio::test]
async fn a_page_of_an_origin_that_the_client_names_may_read_it() {
    let world = world().await;
    let access = text(&log_in(&world, "openid").await, "access_token");
    let with = async |origin: &str| {
        let caller = world.anonymous().header("authorization", &format!("Bearer {access}")).header("origin", origin);
        caller.get(&format!("{BASE}/userinfo")).await
    };
    assert_eq!(with(ORIGIN).await.expect(200).header("access-control-allow-origin"), ORIGIN);
    let foreign = with("https://evil.example").await.expect(403);
    assert_eq!(foreign.json(), json!({"error": "Invalid origin"}));
    assert_eq!(foreign.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn a_service_account_and_a_signed_answer() {
    let world =
        world_with(|file| client(file, "web")["attributes"] = json!({"user.info.response.signature.alg": "ES256"}))
            .await;
    let robot = token(
        &world,
        &[
            ("grant_type", "client_credentials"),
            ("client_id", "robot"),
            ("client_secret", "robot-secret"),
            ("scope", "openid"),
        ],
    )
    .await;
    let answer = ask(&world, &text(&robot, "access_token")).await.expect(200).json();
    assert_eq!(keys(&answer), ["sub", "email_verified", "preferred_username"]);
    let answer = ask(&world, &text(&log_in(&world, "openid").await, "access_token")).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/jwt");
    let token = Token(answer.text());
    token.verify(&world.anonymous().get(&format!("{BASE}/certs")).await.json());
    let claims = token.claims();
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(super::ISSUER), &json!("web")));
    assert_eq!(claims["preferred_username"], "alice");
}
