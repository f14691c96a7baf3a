//! Codes, as the authorization endpoint issues them.

use serde_json::json;

use super::{BASE, claims, code, keys, last_event, realm, redeem, refresh, refused, text, token, world};

const VERIFIER: &str = "recorder-verifier-0123456789-abcdefghijklmnopqrstuvwxyz";

fn challenge() -> serde_json::Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    json!({"challenge": {"method": "S256", "value": URL_SAFE_NO_PAD.encode(crypto::digest::sha256(VERIFIER.as_bytes()))}})
}

#[tokio::test]
async fn the_answer_is_keycloaks() {
    let world = world().await;
    let answer = redeem(&world, &code(&world, "web", json!({})).await, &[]).await.expect(200);
    let access = claims(&text(&answer, "access_token"));
    assert_eq!(
        keys(&access),
        [
            "exp",
            "iat",
            "auth_time",
            "jti",
            "iss",
            "aud",
            "sub",
            "typ",
            "azp",
            "sid",
            "acr",
            "allowed-origins",
            "realm_access",
            "resource_access",
            "scope",
            "email_verified",
            "name",
            "preferred_username",
            "given_name",
            "family_name",
            "email"
        ]
    );
    assert!(access["jti"].as_str().unwrap().starts_with("onrtac:"));
    assert!(access["auth_time"].is_i64());
    let id = claims(&text(&answer, "id_token"));
    assert_eq!(
        keys(&id),
        [
            "exp",
            "iat",
            "auth_time",
            "jti",
            "iss",
            "aud",
            "sub",
            "typ",
            "azp",
            "nonce",
            "sid",
            "at_hash",
            "acr",
            "email_verified",
            "name",
            "preferred_username",
            "given_name",
            "family_name",
            "email"
        ]
    );
    assert_eq!(id["nonce"], "nonce-1");
    assert_eq!(last_event(&world).await, ("CODE_TO_TOKEN".into(), None));
}

#[tokio::test]
async fn a19_a_second_use_is_refused_and_ends_what_the_first_gave() {
    let world = world().await;
    let code = code(&world, "web", json!({})).await;
    let first = redeem(&world, &code, &[]).await.expect(200);
    refused(&redeem(&world, &code, &[]).await, 400, "invalid_grant", "Code not valid");
    assert_eq!(last_event(&world).await, ("CODE_TO_TOKEN_ERROR".into(), Some("invalid_code".into())));
    let bearer = format!("Bearer {}", text(&first, "access_token"));
    let userinfo =
        world.anonymous().header("authorization", &bearer).get(&format!("{BASE}/userinfo")).await.expect(401);
    assert_eq!(
        userinfo.header("www-authenticate"),
        "Bearer realm=\"port\", error=\"invalid_token\", error_description=\"user_session_not_found\""
    );
    let answer = refresh(&world, &text(&first, "refresh_token")).await;
    refused(&answer, 400, "invalid_grant", "Session doesn't have required client");
}

#[tokio::test]
async fn a19_of_fifty_uses_at_once_one_succeeds() {
    let world = world().await;
    let code = code(&world, "web", json!({})).await;
    let answers = futures_util::future::join_all((0..50).map(|_| redeem(&world, &code, &[]))).await;
    assert!(answers.iter().filter(|answer| answer.status.as_u16() == 200).count() <= 1);
    assert!(answers.iter().filter(|answer| answer.status.as_u16() == 400).count() >= 49);
}

#[tokio::test]
async fn a_made_up_code_ends_nobodys_session() {
    let world = world().await;
    let code = code(&world, "web", json!({})).await;
    let (_, rest) = code.split_once('.').unwrap();
    let forged = format!("c_{}.{rest}", "A".repeat(43));
    for bad in [&*forged, "abc", "a.b.c", "", "a.b.c.d"] {
        let answer = redeem(&world, bad, &[]).await;
        let missing = bad.is_empty();
        refused(
            &answer,
            400,
            if missing { "invalid_request" } else { "invalid_grant" },
            if missing { "Missing parameter: code" } else { "Code not valid" },
        );
    }
    redeem(&world, &code, &[]).await.expect(200);
}

#[tokio::test]
async fn a09_a20_a_code_is_for_its_client_address_and_minute() {
    let world = world().await;
    for wrong in ["http://127.0.0.1:9/cb2", "http://127.0.0.1:9/cb/", "-"] {
        let answer = redeem(&world, &code(&world, "web", json!({})).await, &[("redirect_uri", wrong)]).await;
        refused(&answer, 400, "invalid_grant", "Incorrect redirect_uri");
    }
    let mine = code(&world, "web", json!({})).await;
    let spa =
        [("grant_type", "authorization_code"), ("code", &*mine), ("redirect_uri", realm::BACK), ("client_id", "spa")];
    refused(&token(&world, &spa).await, 400, "invalid_grant", "Auth error: Found different client_id in clientSession");
    // And it is burnt.
    refused(&redeem(&world, &mine, &[]).await, 400, "invalid_grant", "Code not valid");
    let late = code(&world, "web", json!({})).await;
    world.clock.advance(61_000);
    refused(&redeem(&world, &late, &[]).await, 400, "invalid_grant", "Code not valid");
}

#[tokio::test]
async fn a20_a_code_ends_with_its_session_and_its_user() {
    let world = world().await;
    let after_logout = code(&world, "web", json!({})).await;
    let sid = after_logout.split('.').nth(1).unwrap().parse().unwrap();
    world.identity.close_session(&*world.realm("port").await, &sid).await.unwrap();
    refused(&redeem(&world, &after_logout, &[]).await, 400, "invalid_grant", "Session not active");
    let after_disable = code(&world, "web", json!({})).await;
    world.set_enabled("alice", false).await;
    assert_eq!(redeem(&world, &after_disable, &[]).await.expect(400).json()["error"], "invalid_grant");
}

#[tokio::test]
async fn a16_a17_a18_the_proof_key_is_checked_both_ways() {
    let world = world().await;
    let with = async |payload, verifier: &str| {
        redeem(&world, &code(&world, "web", payload).await, &[("code_verifier", verifier)]).await
    };
    with(challenge(), VERIFIER).await.expect(200);
    for (verifier, description) in [
        ("-", "PKCE code verifier not specified"),
        ("", "PKCE code verifier not specified"),
        ("recorder-verifier-0123456789-abcdefghijklmnopqrstuvwxyzx", "PKCE verification failed: Code mismatch"),
        ("abc", "PKCE verification failed: Invalid code verifier"),
    ] {
        refused(&with(challenge(), verifier).await, 400, "invalid_grant", description);
    }
    let answer = with(json!({}), VERIFIER).await;
    refused(&answer, 400, "invalid_grant", "PKCE code verifier specified but challenge not present in authorization");
    // A18: one wrong verifier, and the right one comes too late.
    let burnt = code(&world, "web", challenge()).await;
    redeem(&world, &burnt, &[("code_verifier", &"x".repeat(43))]).await.expect(400);
    refused(&redeem(&world, &burnt, &[("code_verifier", VERIFIER)]).await, 400, "invalid_grant", "Code not valid");
}

#[tokio::test]
async fn offline_access_takes_the_place_of_the_log_in() {
    let world = world().await;
    let code = code(&world, "web", json!({"scope": "openid offline_access"})).await;
    let answer = redeem(&world, &code, &[]).await.expect(200);
    assert_eq!(claims(&text(&answer, "refresh_token"))["typ"], "Offline");
    assert!(claims(&text(&answer, "access_token"))["jti"].as_str().unwrap().starts_with("ofrtac:"));
    refresh(&world, &text(&answer, "refresh_token")).await.expect(200);
}
