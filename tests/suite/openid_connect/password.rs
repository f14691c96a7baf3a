//! The password grant.

use serde_json::json;

use super::{claims, client, keys, last_event, log_in, log_in_as, refused, text, token, words, world, world_with};
use crate::harness::{World, answer::Token, detail};

async fn ask(world: &World, user: &str, password: &str, more: &[(&str, &str)]) -> crate::harness::Answer {
    let mut pairs = vec![
        ("grant_type", "password"),
        ("username", user),
        ("password", password),
        ("client_id", "web"),
        ("client_secret", "web-secret"),
    ];
    pairs.retain(|(name, _)| more.iter().all(|(other, _)| name != other));
    pairs.extend(more.iter().filter(|(_, value)| *value != "-"));
    token(world, &pairs).await
}

#[tokio::test]
async fn the_answer_is_keycloaks() {
    let world = world().await;
    let answer = log_in(&world, "openid").await;
    let body = answer.json();
    assert_eq!(
        keys(&body),
        [
            "access_token",
            "expires_in",
            "refresh_expires_in",
            "refresh_token",
            "token_type",
            "id_token",
            "not-before-policy",
            "session_state",
            "scope"
        ]
    );
    assert_eq!((&body["refresh_expires_in"], &body["not-before-policy"]), (&json!(1800), &json!(0)));
    assert_eq!(words(&body["scope"]), ["email", "openid", "profile"]);

    let access = claims(&text(&answer, "access_token"));
    assert_eq!(
        keys(&access),
        [
            "exp",
            "iat",
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
    assert!(access["jti"].as_str().unwrap().starts_with("onrtro:"));
    assert_eq!(access["sid"], body["session_state"]);
    assert_eq!(access["sid"].as_str().unwrap().len(), 24);
    assert_eq!(
        access["realm_access"]["roles"],
        json!(["default-roles-port", "offline_access", "reader", "uma_authorization"])
    );
    assert_eq!(access["allowed-origins"], json!(["https://app.example"]));
    assert_eq!((&access["name"], &access["email_verified"]), (&json!("Alice Example"), &json!(true)));
    assert_eq!(access["sub"], world.user_id("alice").await);

    let id = Token(text(&answer, "id_token"));
    id.verify(&world.anonymous().get(&format!("{}/certs", super::BASE)).await.json());
    assert_eq!(
        keys(&id.claims()),
        [
            "exp",
            "iat",
            "jti",
            "iss",
            "aud",
            "sub",
            "typ",
            "azp",
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
    assert_eq!((&id.claims()["aud"], &id.claims()["typ"]), (&json!("web"), &json!("ID")));

    let refresh = Token(text(&answer, "refresh_token"));
    assert_eq!((keys(&refresh.header()), &refresh.header()["alg"]), (vec!["alg", "typ", "kid"], &json!("HS512")));
    let refresh = refresh.claims();
    assert_eq!(
        keys(&refresh),
        ["exp", "iat", "jti", "iss", "aud", "sub", "typ", "azp", "sid", "scope", "aud_x", "prov"]
    );
    assert_eq!(
        (&refresh["typ"], &refresh["aud"], &refresh["aud_x"], &refresh["prov"]),
        (&json!("Refresh"), &json!(super::ISSUER), &json!("account"), &json!("default"))
    );
    assert_eq!(words(&refresh["scope"]), ["acr", "basic", "email", "openid", "profile", "roles", "web-origins"]);
    assert_eq!(refresh["exp"].as_i64().unwrap() - refresh["iat"].as_i64().unwrap(), 1800);

    let event = world.last_event().await;
    assert_eq!(
        (&*event.kind, event.client.as_deref(), event.session.as_deref()),
        ("LOGIN", Some("web"), access["sid"].as_str())
    );
    for (name, value) in [
        ("auth_method", "openid-connect"),
        ("grant_type", "password"),
        ("client_auth_method", "client-secret"),
        ("username", "alice"),
        ("refresh_token_type", "Refresh"),
        ("token_id", access["jti"].as_str().unwrap()),
        ("refresh_token_id", refresh["jti"].as_str().unwrap()),
    ] {
        assert_eq!(detail(&event, name), Some(value), "{name}");
    }
}

#[tokio::test]
async fn every_refusal_has_keycloaks_words_and_leaves_nothing() {
    let world = world().await;
    let sessions = world.rows_of("user_session").await;
    for (user, password, more, status, error, description, event) in [
        ("alice", "wrong", vec![], 400, "invalid_grant", "Invalid user credentials", "invalid_user_credentials"),
        ("ghost", "pw-alice", vec![], 400, "invalid_grant", "Invalid user credentials", "user_not_found"),
        (
            "alice",
            "",
            vec![("password", "-")],
            400,
            "invalid_grant",
            "Invalid user credentials",
            "invalid_user_credentials",
        ),
        ("bob", "pw-bob", vec![], 400, "invalid_grant", "Account disabled", "user_disabled"),
        ("bob", "wrong", vec![], 400, "invalid_grant", "Invalid user credentials", "invalid_user_credentials"),
        ("carol", "pw-carol", vec![], 400, "invalid_grant", "Account is not fully set up", "resolve_required_actions"),
        (
            "alice",
            "pw-alice",
            vec![("username", "-")],
            401,
            "invalid_request",
            "Missing parameter: username",
            "user_not_found",
        ),
        (
            "alice",
            "pw-alice",
            vec![("scope", "openid frobnicate")],
            400,
            "invalid_scope",
            "Invalid scopes: openid frobnicate",
            "invalid_scope",
        ),
        (
            "alice",
            "pw-alice",
            vec![("client_id", "nodirect"), ("client_secret", "nodirect-secret")],
            400,
            "unauthorized_client",
            "Client not allowed for direct access grants",
            "not_allowed",
        ),
        (
            "alice",
            "pw-alice",
            vec![("client_id", "consent"), ("client_secret", "consent-secret")],
            400,
            "invalid_client",
            "Client requires user consent",
            "consent_denied",
        ),
    ] {
        let answer = ask(&world, user, password, &more).await;
        refused(&answer, status, error, description);
        assert_eq!(last_event(&world).await, ("LOGIN_ERROR".into(), Some(event.into())), "{user} {more:?}");
    }
    assert_eq!(world.rows_of("user_session").await, sessions);
}

#[tokio::test]
async fn an_email_address_and_another_case_name_the_same_user() {
    let world = world().await;
    for login in ["alice@example.org", "ALICE"] {
        let answer = ask(&world, login, "pw-alice", &[]).await.expect(200);
        assert_eq!(claims(&text(&answer, "access_token"))["preferred_username"], "alice");
        assert!(answer.json().get("id_token").is_none(), "nobody asked for openid");
    }
}

#[tokio::test]
async fn a_one_time_code_stands_beside_the_password() {
    let world = world().await;
    refused(&ask(&world, "otp", "pw-otp", &[]).await, 400, "invalid_grant", "Invalid user credentials");
    let code = world.otp_code();
    ask(&world, "otp", "pw-otp", &[("totp", &code)]).await.expect(200);
    // A67: once.
    refused(&ask(&world, "otp", "pw-otp", &[("totp", &code)]).await, 400, "invalid_grant", "Invalid user credentials");
    // Who has no second factor may send one.
    ask(&world, "alice", "pw-alice", &[("totp", "123456")]).await.expect(200);
}

#[tokio::test]
async fn a64_guesses_are_counted_and_a_locked_user_looks_like_a_wrong_password() {
    let world = world().await;
    // The same wrong password again is counted once.
    for guess in ["one", "two", "three", "four", "five"] {
        refused(&ask(&world, "alice", guess, &[]).await, 400, "invalid_grant", "Invalid user credentials");
    }
    refused(&ask(&world, "alice", "pw-alice", &[]).await, 400, "invalid_grant", "Invalid user credentials");
    assert_eq!(last_event(&world).await.1.as_deref(), Some("user_temporarily_disabled"));
}

#[tokio::test]
async fn a_lightweight_token_keeps_the_bare_minimum() {
    let world = world().await;
    let answer = log_in_as(&world, "admin-cli", "alice", "").await;
    let access = claims(&text(&answer, "access_token"));
    assert_eq!(keys(&access), ["exp", "iat", "jti", "iss", "typ", "azp", "sid", "scope"]);
    assert!(access["jti"].as_str().unwrap().starts_with("onltro:"));
    let refresh = claims(&text(&answer, "refresh_token"));
    assert_eq!(keys(&refresh), ["exp", "iat", "jti", "iss", "aud", "typ", "azp", "sid", "scope", "prov"]);
}

#[tokio::test]
async fn a_clients_settings_shape_its_tokens() {
    for (attribute, value) in [
        ("access.token.lifespan", "77"),
        ("access.token.signed.response.alg", "ES256"),
        ("id.token.signed.response.alg", "PS256"),
        ("access.token.signed.response.alg", "EdDSA"),
        ("use.refresh.tokens", "false"),
        ("access.token.header.type.rfc9068", "true"),
        ("token.response.type.bearer.lower-case", "true"),
    ] {
        let world = world_with(|file| client(file, "web")["attributes"] = json!({attribute: value})).await;
        let answer = log_in(&world, "openid").await;
        let (access, id) = (Token(text(&answer, "access_token")), Token(text(&answer, "id_token")));
        let set = world.anonymous().get(&format!("{}/certs", super::BASE)).await.json();
        access.verify(&set);
        id.verify(&set);
        match (attribute, value) {
            ("access.token.lifespan", _) => {
                assert_eq!(answer.json()["expires_in"], 77);
                for token in [access.claims(), id.claims()] {
                    assert_eq!(token["exp"].as_i64().unwrap() - token["iat"].as_i64().unwrap(), 77);
                }
            }
            ("access.token.signed.response.alg", alg) => {
                assert_eq!((&access.header()["alg"], &id.header()["alg"]), (&json!(alg), &json!("RS256")));
            }
            ("id.token.signed.response.alg", alg) => assert_eq!(id.header()["alg"], alg),
            ("use.refresh.tokens", _) => {
                assert!(answer.json().get("refresh_token").is_none());
                assert_eq!(answer.json()["refresh_expires_in"], 0);
                assert!(answer.json()["session_state"].is_string());
            }
            ("access.token.header.type.rfc9068", _) => assert_eq!(access.header()["typ"], "at+jwt"),
            _ => {
                assert_eq!(
                    (&answer.json()["token_type"], &access.claims()["typ"]),
                    (&json!("bearer"), &json!("bearer"))
                );
            }
        }
    }
}

#[tokio::test]
async fn offline_access_gives_a_token_without_an_end_to_who_has_the_role() {
    let world = world().await;
    let answer = log_in(&world, "openid offline_access").await;
    assert_eq!(answer.json()["refresh_expires_in"], 0);
    let refresh = claims(&text(&answer, "refresh_token"));
    assert_eq!(refresh["typ"], "Offline");
    assert!(refresh.get("exp").is_none());
    assert!(claims(&text(&answer, "access_token"))["jti"].as_str().unwrap().starts_with("ofrtro:"));
    assert_eq!(words(&answer.json()["scope"]), ["email", "offline_access", "openid", "profile"]);
    // The role is what the scope is mapped to; who has it not does not get the scope.
    let answer = ask(&world, "nobody", "pw-nobody", &[("scope", "offline_access")]).await;
    refused(&answer, 400, "not_allowed", "Offline tokens not allowed for the user or client");
}

/// A flow with one step, as a realm file brings it.
fn flow(alias: &str, step: &str) -> serde_json::Value {
    json!({"alias": alias, "providerId": "basic-flow", "topLevel": true, "builtIn": false,
        "authenticationExecutions": [{"authenticator": step, "requirement": "REQUIRED", "priority": 10, "authenticatorFlow": false}]})
}

#[tokio::test]
async fn the_realms_direct_grant_flow_is_what_runs() {
    let flows = json!([flow("nobody", "deny-access-authenticator"), flow("strange", "a-step-that-nobody-has")]);
    for (alias, error) in [("nobody", "access_denied"), ("strange", "invalid_configuration")] {
        let world = world_with(|file| {
            file["authenticationFlows"] = flows.clone();
            file["directGrantFlow"] = json!(alias);
        })
        .await;
        let rows = world.rows().await;
        refused(&ask(&world, "alice", "pw-alice", &[]).await, 400, "invalid_grant", "Invalid user credentials");
        assert_eq!(last_event(&world).await, ("LOGIN_ERROR".into(), Some(error.into())));
        assert_eq!(world.rows().await, rows, "nothing was written");
    }
}

#[tokio::test]
async fn a_clients_own_direct_grant_flow_goes_before_the_realms() {
    let world = world_with(|file| {
        let mut closed = flow("nobody", "deny-access-authenticator");
        closed["id"] = json!("5f0b6b6e-6e2f-4b0e-9d56-1f5d3c3a7f11");
        file["authenticationFlows"] = json!([closed]);
        client(file, "web")["authenticationFlowBindingOverrides"] =
            json!({"direct_grant": "5f0b6b6e-6e2f-4b0e-9d56-1f5d3c3a7f11"});
    })
    .await;
    refused(&ask(&world, "alice", "pw-alice", &[]).await, 400, "invalid_grant", "Invalid user credentials");
    assert_eq!(last_event(&world).await, ("LOGIN_ERROR".into(), Some("access_denied".into())));
    log_in_as(&world, "narrow", "alice", "openid").await;
}

/// Between the request and the session that it opens lies the password's hash; a second may begin meanwhile.
#[tokio::test]
async fn a_refresh_token_works_though_the_clock_moved_while_the_password_was_checked() {
    let world = world().await;
    // Everything that the next request needs is in memory, so that it waits for the hash alone.
    log_in(&world, "openid").await;
    let (answer, ()) = tokio::join!(log_in(&world, "openid"), async { world.clock.advance(1_000) });
    super::refresh(&world, &text(&answer, "refresh_token")).await.expect(200);
}
