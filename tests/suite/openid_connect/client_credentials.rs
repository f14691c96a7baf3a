//! Clients that act for themselves.

use serde_json::json;

use super::{claims, client, keys, last_event, post, realm, refused, text, token, words, world, world_with};
use crate::harness::{answer::Token, detail};

const ROBOT: [(&str, &str); 3] =
    [("grant_type", "client_credentials"), ("client_id", "robot"), ("client_secret", "robot-secret")];

#[tokio::test]
async fn the_answer_is_keycloaks() {
    let world = world().await;
    let answer = token(&world, &ROBOT).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
    let body = answer.json();
    assert_eq!(
        keys(&body),
        ["access_token", "expires_in", "refresh_expires_in", "token_type", "not-before-policy", "scope"]
    );
    assert_eq!((&body["expires_in"], &body["refresh_expires_in"]), (&json!(300), &json!(0)));
    assert_eq!((&body["token_type"], words(&body["scope"])), (&json!("Bearer"), vec!["email", "profile"]));
    let access = Token(text(&answer, "access_token"));
    assert_eq!(keys(&access.header()), ["alg", "typ", "kid"]);
    access.verify(&world.anonymous().get(&format!("{}/certs", super::BASE)).await.json());
    let claims = access.claims();
    assert_eq!(
        keys(&claims),
        [
            "exp",
            "iat",
            "jti",
            "iss",
            "aud",
            "sub",
            "typ",
            "azp",
            "acr",
            "realm_access",
            "resource_access",
            "scope",
            "email_verified",
            "clientHost",
            "preferred_username",
            "clientAddress",
            "client_id"
        ]
    );
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
    assert!(claims["jti"].as_str().unwrap().starts_with("trrtcc:"), "{claims}");
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(super::ISSUER), &json!("account")));
    assert_eq!((&claims["typ"], &claims["azp"], &claims["acr"]), (&json!("Bearer"), &json!("robot"), &json!("1")));
    assert_eq!(claims["realm_access"]["roles"], json!(["default-roles-port", "offline_access", "uma_authorization"]));
    assert_eq!(
        claims["resource_access"],
        json!({"account": {"roles": ["manage-account", "manage-account-links", "view-profile"]}})
    );
    assert_eq!(claims["preferred_username"], "service-account-robot");
    assert_eq!((&claims["clientHost"], &claims["clientAddress"]), (&json!("192.0.2.1"), &json!("192.0.2.1")));
    assert_eq!((&claims["client_id"], &claims["email_verified"]), (&json!("robot"), &json!(false)));
    let event = world.last_event().await;
    assert_eq!(
        (&*event.kind, event.client.as_deref(), event.session.as_deref()),
        ("CLIENT_LOGIN", Some("robot"), None)
    );
    assert_eq!(event.user.as_ref().map(ToString::to_string).as_deref(), claims["sub"].as_str());
    assert_eq!(detail(&event, "token_id"), claims["jti"].as_str());
    assert_eq!(detail(&event, "username"), Some("service-account-robot"));
    assert_eq!(
        (detail(&event, "grant_type"), detail(&event, "client_auth_method")),
        (Some("client_credentials"), Some("client-secret"))
    );
}

#[tokio::test]
async fn openid_brings_an_id_token_and_nothing_is_kept() {
    let world = world().await;
    token(&world, &ROBOT).await.expect(200);
    let rows = world.rows().await;
    let answer = token(&world, &[&ROBOT[..], &[("scope", "openid")]].concat()).await.expect(200);
    let id = claims(&text(&answer, "id_token"));
    assert_eq!((&id["aud"], &id["typ"], &id["azp"]), (&json!("robot"), &json!("ID"), &json!("robot")));
    assert!(id["at_hash"].is_string() && id.get("sid").is_none());
    assert_eq!(words(&answer.json()["scope"]), ["email", "openid", "profile"]);
    assert_eq!(world.rows().await, rows, "no session, no ticket");
}

#[tokio::test]
async fn on_one_node_a_token_costs_no_statement() {
    let world = world().await;
    if !world.identity.is_single_node() {
        return;
    }
    token(&world, &ROBOT).await.expect(200);
    world.identity.flush_events().await;
    let before = world.identity.statistics().statements;
    token(&world, &ROBOT).await.expect(200);
    let after = world.identity.statistics().statements;
    assert_eq!(after, before, "but for the event, which nobody waits for");
}

#[tokio::test]
async fn who_may_not_is_told_in_keycloaks_words() {
    let world = world().await;
    let ask = |id: &'static str| {
        vec![
            ("grant_type", "client_credentials"),
            ("client_id", id),
            ("client_secret", if id == "web" { "web-secret" } else { "" }),
        ]
    };
    let answer = token(&world, &ask("web")).await;
    refused(&answer, 401, "unauthorized_client", "Client not enabled to retrieve service account");
    assert_eq!(last_event(&world).await, ("CLIENT_LOGIN_ERROR".into(), Some("invalid_client".into())));
    let answer = token(&world, &ask("spa")).await;
    refused(&answer, 401, "unauthorized_client", "Public client not allowed to retrieve service account");
    let answer = token(&world, &[&ROBOT[..], &[("scope", "frobnicate")]].concat()).await;
    refused(&answer, 400, "invalid_scope", "Invalid scopes: frobnicate");
    assert_eq!(last_event(&world).await, ("CLIENT_LOGIN_ERROR".into(), Some("invalid_scope".into())));
}

#[tokio::test]
async fn a47_the_form_is_read_strictly() {
    let world = world().await;
    let twice = [&ROBOT[..], &[("grant_type", "client_credentials")]].concat();
    refused(&token(&world, &twice).await, 400, "invalid_request", "duplicated parameter");
    let answer = token(&world, &[("client_id", "robot"), ("client_secret", "robot-secret")]).await;
    refused(&answer, 400, "invalid_request", "Missing form parameter: grant_type");
    refused(&token(&world, &[]).await, 400, "invalid_request", "Missing form parameter: grant_type");
    let unknown = token(&world, &[("grant_type", "frobnicate"), ("client_id", "robot")]).await;
    refused(&unknown, 400, "unsupported_grant_type", "Unsupported grant_type");
    // A45: credentials in the query are nobody's, GET is no method, JSON is no form.
    let path = format!("{}/token?client_id=robot&client_secret=robot-secret", super::BASE);
    let answer = world.anonymous().post(&path, "grant_type=client_credentials").await;
    refused(&answer, 401, "invalid_client", "Invalid client or Invalid client credentials");
    let get = world.anonymous().get(&format!("{}/token", super::BASE)).await;
    refused(&get, 405, "HTTP 405 Method Not Allowed", "");
    let json = world.anonymous().header("content-type", "application/json");
    let body = axum::body::Body::from(json!({"grant_type": "client_credentials"}).to_string());
    let answer = json.send(axum::http::Method::POST, &format!("{}/token", super::BASE), body).await;
    refused(&answer, 400, "invalid_request", "Missing form parameter: grant_type");
}

#[tokio::test]
async fn a48_a_huge_scope_is_refused() {
    let world = world().await;
    let huge = "a ".repeat(20_000);
    token(&world, &[&ROBOT[..], &[("scope", &huge)]].concat()).await.expect(400);
    let long = "a".repeat(200_000);
    token(&world, &[&ROBOT[..], &[("scope", &long)]].concat()).await.expect(413);
}

#[tokio::test]
async fn a_page_of_another_origin_gets_nothing() {
    let world = world_with(|file| client(file, "robot")["webOrigins"] = json!([realm::ORIGIN])).await;
    let answer = post(&world.anonymous().header("origin", realm::ORIGIN), "token", &ROBOT).await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), realm::ORIGIN);
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    for origin in ["https://evil.example", "null", "https://app.example.evil.example"] {
        let answer = post(&world.anonymous().header("origin", origin), "token", &ROBOT).await;
        refused(&answer, 403, "Invalid origin", "");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn a41_a_switched_off_client_or_account_gets_no_token() {
    let world = world().await;
    token(&world, &ROBOT).await.expect(200);
    world.set_enabled("service-account-robot", false).await;
    refused(&token(&world, &ROBOT).await, 400, "invalid_grant", "Account disabled");
    world.set_enabled("service-account-robot", true).await;
    world.set_client_enabled("robot", false).await;
    refused(&token(&world, &ROBOT).await, 401, "invalid_client", "Invalid client or Invalid client credentials");
}

#[tokio::test]
async fn a_client_that_asks_for_it_keeps_a_session_and_a_refresh_token() {
    let world = world_with(|file| {
        client(file, "robot")["attributes"] = json!({"client_credentials.use_refresh_token": "true"});
    })
    .await;
    let answer = token(&world, &ROBOT).await.expect(200);
    let refresh_token = text(&answer, "refresh_token");
    let again = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &refresh_token),
        ("client_id", "robot"),
        ("client_secret", "robot-secret"),
    ];
    let refreshed = token(&world, &again).await.expect(200);
    let claims = claims(&text(&refreshed, "access_token"));
    assert_eq!(claims["sid"], answer.json()["session_state"]);
    assert_eq!(claims["clientAddress"], "192.0.2.1");
}
