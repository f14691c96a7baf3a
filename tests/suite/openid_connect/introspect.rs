//! Introspection.

use serde_json::{Value, json};

use super::{client, keys, last_event, log_in, log_in_as, post, refused, text, token, words, world, world_with};
use crate::harness::{Answer, World, answer::Token};

async fn ask(world: &World, token: &str, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![("token", token), ("client_id", "web"), ("client_secret", "web-secret")];
    pairs.retain(|(name, _)| more.iter().all(|(other, _)| name != other));
    pairs.extend(more.iter().filter(|(_, value)| *value != "-"));
    post(&world.anonymous(), "token/introspect", &pairs).await
}

/// `web` is in the audience of its own tokens.
async fn for_web() -> World {
    world_with(|file| {
        client(file, "web")["protocolMappers"] = json!([{"name": "self", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
            "config": {"included.client.audience": "web", "access.token.claim": "true", "introspection.token.claim": "true"}}]);
    })
    .await
}

#[track_caller]
fn inactive(answer: &Answer) {
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    assert_eq!(answer.json(), json!({"active": false}));
    assert_eq!(answer.header("cache-control"), "no-cache");
}

#[tokio::test]
async fn a40_who_is_not_in_the_audience_learns_nothing() {
    let world = world().await;
    let answer = log_in(&world, "openid").await;
    for token in [text(&answer, "access_token"), text(&answer, "refresh_token"), "abc".to_owned()] {
        inactive(&ask(&world, &token, &[]).await);
    }
    inactive(
        &ask(&world, &text(&answer, "access_token"), &[("client_id", "robot"), ("client_secret", "robot-secret")])
            .await,
    );
    let hinted = [("client_id", "robot"), ("client_secret", "robot-secret"), ("token_type_hint", "refresh_token")];
    inactive(&ask(&world, &text(&answer, "refresh_token"), &hinted).await);
}

#[tokio::test]
async fn an_active_token_is_told_with_keycloaks_members() {
    let world = for_web().await;
    let answer = log_in(&world, "openid").await;
    let told = ask(&world, &text(&answer, "access_token"), &[]).await.expect(200).json();
    let mut members = keys(&told);
    members.sort_unstable();
    assert_eq!(
        members,
        [
            "acr",
            "active",
            "allowed-origins",
            "aud",
            "azp",
            "client_id",
            "email",
            "email_verified",
            "exp",
            "family_name",
            "given_name",
            "iat",
            "iss",
            "jti",
            "name",
            "preferred_username",
            "realm_access",
            "resource_access",
            "scope",
            "sid",
            "sub",
            "token_type",
            "typ",
            "username"
        ]
    );
    assert_eq!(
        (&told["active"], &told["token_type"], &told["username"]),
        (&json!(true), &json!("Bearer"), &json!("alice"))
    );
    assert_eq!((&told["client_id"], words(&told["scope"])), (&json!("web"), vec!["email", "openid", "profile"]));
    assert_eq!(last_event(&world).await, ("INTROSPECT_TOKEN".into(), None));
    // The id token is for its client whatever the audience of the access token is.
    let told = ask(&world, &text(&answer, "id_token"), &[]).await.expect(200).json();
    assert_eq!((&told["active"], &told["token_type"], &told["typ"]), (&json!(true), &json!("ID"), &json!("ID")));
    assert!(told.get("at_hash").is_none() && told.get("scope").is_none());
}

#[tokio::test]
async fn a_refresh_token_is_told_of_only_when_it_is_said_to_be_one() {
    let world = world().await;
    let refresh = text(&log_in(&world, "openid").await, "refresh_token");
    inactive(&ask(&world, &refresh, &[]).await);
    let told = ask(&world, &refresh, &[("token_type_hint", "refresh_token")]).await.expect(200).json();
    assert_eq!(
        (&told["active"], &told["token_type"], &told["typ"]),
        (&json!(true), &json!("Refresh"), &json!("Refresh"))
    );
    assert_eq!(told["aud"], json!([super::ISSUER, "account"]));
    assert_eq!(words(&told["scope"]), ["acr", "basic", "email", "openid", "profile", "roles", "web-origins"]);
}

#[tokio::test]
async fn every_refusal_has_keycloaks_words() {
    let world = world().await;
    let access = text(&log_in(&world, "openid").await, "access_token");
    refused(
        &ask(&world, &access, &[("token_type_hint", "frobnicate")]).await,
        400,
        "invalid_request",
        "Unsupported token type.",
    );
    refused(&ask(&world, "", &[("token", "-")]).await, 400, "invalid_request", "Token not provided.");
    refused(
        &ask(&world, &access, &[("client_id", "spa"), ("client_secret", "-")]).await,
        403,
        "invalid_request",
        "Client not allowed.",
    );
    let nobody = [("client_id", "-"), ("client_secret", "-")];
    refused(
        &ask(&world, &access, &nobody).await,
        401,
        "invalid_client",
        "Invalid client or Invalid client credentials",
    );
    refused(
        &ask(&world, &access, &[("client_secret", "wrong")]).await,
        401,
        "invalid_client",
        "Client authentication failed.",
    );
    assert_eq!(last_event(&world).await, ("INTROSPECT_TOKEN_ERROR".into(), Some("invalid_client_credentials".into())));
    let get = world.anonymous().get(&format!("{}/token/introspect", super::BASE)).await;
    refused(&get, 405, "HTTP 405 Method Not Allowed", "");
}

#[tokio::test]
async fn what_ended_meanwhile_is_inactive() {
    let world = for_web().await;
    let ended = log_in(&world, "openid").await;
    let sid = ended.json()["session_state"].as_str().unwrap().parse().unwrap();
    world.identity.close_session(&*world.realm("port").await, &sid).await.unwrap();
    inactive(&ask(&world, &text(&ended, "access_token"), &[]).await);
    let disabled = log_in(&world, "openid").await;
    world.set_enabled("alice", false).await;
    inactive(&ask(&world, &text(&disabled, "access_token"), &[]).await);
}

#[tokio::test]
async fn roles_are_told_as_they_are_now() {
    let world = for_web().await;
    let access = text(&log_in(&world, "openid").await, "access_token");
    let realm = world.realm("port").await;
    let alice = world.user_id("alice").await.as_str().into();
    let mut tx = world.identity.begin().await.unwrap();
    tx.revoke_role(&alice, realm.role_named("reader").unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    let told = ask(&world, &access, &[]).await.expect(200).json();
    assert_eq!(told["realm_access"]["roles"], json!(["default-roles-port", "offline_access", "uma_authorization"]));
}

#[tokio::test]
async fn a_lightweight_token_is_told_in_full() {
    let world = world_with(|file| {
        let web = client(file, "web");
        web["attributes"] = json!({"client.use.lightweight.access.token.enabled": "true"});
        web["protocolMappers"] = json!([{"name": "self", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
            "config": {"included.client.audience": "web", "access.token.claim": "true", "introspection.token.claim": "true"}}]);
    })
    .await;
    let access = text(&log_in(&world, "openid").await, "access_token");
    let told = ask(&world, &access, &[]).await.expect(200).json();
    assert_eq!((&told["preferred_username"], &told["sub"]), (&json!("alice"), &json!(world.user_id("alice").await)));
}

#[tokio::test]
async fn the_answer_may_be_signed_for_the_caller() {
    let world = for_web().await;
    let access = text(&log_in(&world, "openid").await, "access_token");
    let caller = world.anonymous().header("accept", "application/token-introspection+jwt");
    let pairs = [("token", &*access), ("client_id", "web"), ("client_secret", "web-secret")];
    let answer = post(&caller, "token/introspect", &pairs).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/token-introspection+jwt");
    let signed = Token(answer.text());
    signed.verify(&world.anonymous().get(&format!("{}/certs", super::BASE)).await.json());
    assert_eq!(signed.header()["typ"], "token-introspection+jwt");
    let claims = signed.claims();
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(super::ISSUER), &json!("web")));
    assert_eq!(claims["token_introspection"]["username"], "alice");
    // A35: it is no access token.
    let userinfo = world.anonymous().header("authorization", &format!("Bearer {}", signed.0));
    assert_eq!(userinfo.get(&format!("{}/userinfo", super::BASE)).await.status.as_u16(), 401);
    // Keycloak's own form is plain JSON unless the client's switch is on.
    let plain =
        post(&world.anonymous().header("accept", "application/jwt"), "token/introspect", &pairs).await.expect(200);
    assert_eq!((plain.header("content-type"), &plain.json()["active"]), ("application/json", &json!(true)));
    assert_eq!(plain.json().get("jwt"), None::<&Value>);
}

#[tokio::test]
async fn a_service_account_is_told_of_to_who_is_named() {
    let world = world_with(|file| {
        client(file, "robot")["protocolMappers"] = json!([{"name": "web", "protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper",
            "config": {"included.client.audience": "web", "access.token.claim": "true"}}]);
    })
    .await;
    let pairs = [("grant_type", "client_credentials"), ("client_id", "robot"), ("client_secret", "robot-secret")];
    let access = text(&token(&world, &pairs).await.expect(200), "access_token");
    let told = ask(&world, &access, &[]).await.expect(200).json();
    assert_eq!(
        (&told["active"], &told["username"], &told["client_id"]),
        (&json!(true), &json!("service-account-robot"), &json!("robot"))
    );
    let spa = text(&log_in_as(&world, "spa", "alice", "openid").await, "access_token");
    inactive(&ask(&world, &spa, &[]).await);
}

#[tokio::test]
async fn a40_a_mapper_of_today_lets_nobody_see_a_token_of_yesterday() {
    let world = world().await;
    let before = text(&log_in(&world, "openid").await, "access_token");
    let realm = world.realm("port").await;
    let owner = identity::MapperOwner::Client(realm.client("web").expect("the client").id.clone());
    let seed = identity::MapperSeed {
        name: "self".to_owned(),
        mapper: "oidc-audience-mapper".to_owned(),
        protocol: "openid-connect".to_owned(),
        config: [
            ("included.client.audience", "web"),
            ("access.token.claim", "true"),
            ("introspection.token.claim", "true"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
    };
    let mut tx = world.identity.begin().await.expect("a unit of work");
    tx.add_mapper(&owner, seed).await.expect("a mapper");
    tx.commit().await.expect("the mapper is kept");

    let refused = ask(&world, &before, &[]).await.expect(200).json();
    assert_eq!(refused, json!({"active": false}), "it was not issued for the client");
    let after = text(&log_in(&world, "openid").await, "access_token");
    assert_eq!(ask(&world, &after, &[]).await.json()["active"], true);
}
