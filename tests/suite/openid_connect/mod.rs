//! `/realms/{realm}/protocol/openid-connect/…` and `/realms/{realm}/.well-known/…`
//!
//! What Keycloak 26.7 answered to the same requests was recorded; the tests expect its keys, words, headers and claims.

mod browser;
mod client_auth;
mod client_credentials;
mod code;
mod documents;
mod dpop;
mod encryption;
mod exchange;
mod introspect;
mod mappers;
mod mtls;
mod others;
mod password;
mod realm;
mod refresh;
mod revoke;
mod tokens;
mod userinfo;

use identity::{NewClientSession, NewSession, NewTicket, Peer, SecondFactor, WithTicket};
use serde_json::{Value, json};

use crate::harness::{Answer, Caller, World, answer::Token};

const BASE: &str = "/realms/port/protocol/openid-connect";
const ISSUER: &str = "http://localhost:8080/realms/port";

/// The world that answers were recorded in.
async fn world() -> World {
    World::with(realm::port()).await
}

/// The same, changed by the test.
async fn world_with(change: impl FnOnce(&mut Value)) -> World {
    let mut file = realm::port();
    change(&mut file);
    World::with(file).await
}

/// The client of this name in a realm file.
fn client<'f>(file: &'f mut Value, client_id: &str) -> &'f mut Value {
    let clients = file["clients"].as_array_mut().expect("clients");
    clients.iter_mut().find(|client| client["clientId"] == client_id).expect("the client is there")
}

/// Name-value pairs as a form.
fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// POST to an endpoint below the protocol.
async fn post(caller: &Caller<'_>, endpoint: &str, pairs: &[(&str, &str)]) -> Answer {
    caller.post(&format!("{BASE}/{endpoint}"), &form(pairs)).await
}

/// POST to the token endpoint.
async fn token(world: &World, pairs: &[(&str, &str)]) -> Answer {
    post(&world.anonymous(), "token", pairs).await
}

/// A log-in of alice by the password grant of `web`.
async fn log_in(world: &World, scope: &str) -> Answer {
    log_in_as(world, "web", "alice", scope).await
}

async fn log_in_as(world: &World, client: &str, user: &str, scope: &str) -> Answer {
    let (secret, password) = (format!("{client}-secret"), format!("pw-{user}"));
    let mut pairs =
        vec![("grant_type", "password"), ("username", user), ("password", &*password), ("client_id", client)];
    if !matches!(client, "spa" | "pkce" | "admin-cli") {
        pairs.push(("client_secret", &secret));
    }
    if !scope.is_empty() {
        pairs.push(("scope", scope));
    }
    token(world, &pairs).await.expect(200)
}

/// A refresh by `web`.
async fn refresh(world: &World, refresh_token: &str) -> Answer {
    token(
        world,
        &[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
            ("client_id", "web"),
            ("client_secret", "web-secret"),
        ],
    )
    .await
}

/// A member of a token answer as text.
fn text(answer: &Answer, member: &str) -> String {
    answer.json()[member].as_str().unwrap_or_else(|| panic!("no {member} in {}", answer.text())).to_owned()
}

fn claims(token: &str) -> Value {
    Token(token.to_owned()).claims()
}

/// Names of an object's members, in order.
fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// Words of a scope: their order means nothing.
fn words(scope: &Value) -> Vec<&str> {
    let mut words: Vec<&str> = scope.as_str().expect("a scope").split(' ').collect();
    words.sort_unstable();
    words
}

/// An OAuth error, exactly, and no token with it.
#[track_caller]
fn refused(answer: &Answer, status: u16, error: &str, description: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    let expected = if description.is_empty() {
        json!({"error": error})
    } else {
        json!({"error": error, "error_description": description})
    };
    assert_eq!(answer.json(), expected);
    assert!(answer.header("content-type").starts_with("application/json"));
    assert!(answer.headers.get("set-cookie").is_none(), "never a cookie");
}

/// The newest event: its kind and error.
async fn last_event(world: &World) -> (String, Option<String>) {
    let event = world.last_event().await;
    (event.kind.into_owned(), event.error.map(std::borrow::Cow::into_owned))
}

/// Issues a code as the authorization endpoint does: a session, the client's part in it, and the ticket, in one commit.
async fn code(world: &World, client_id: &str, more: Value) -> String {
    let realm = world.realm("port").await;
    let client = realm.client(client_id).expect("the client is there");
    let peer = Peer { address: "192.0.2.1".parse().expect("an address") };
    let password = crypto::secret::Secret::from("pw-alice");
    let proven = world.identity.prove_password(&realm, "alice", &password, SecondFactor::Refuse, &peer).await;
    let proven = proven.expect("alice is proven");
    let id = identity::SessionId::random(world.identity.random());
    let mut payload =
        json!({"session": id.as_str(), "redirect_uri": realm::BACK, "scope": "openid", "acr": "1", "nonce": "nonce-1"});
    payload.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let ticket = NewTicket {
        client: Some(&client.id),
        user: Some(&proven.user().id),
        payload,
        expires_at: Some(identity::Timestamp((world.clock_seconds() + 60) * 1000)),
        ..NewTicket::new(&realm, "oidc.code")
    };
    let session = NewSession {
        id: Some(id),
        notes: [("AUTH_TIME", world.clock_seconds().to_string())].into_iter().collect(),
        client: Some(NewClientSession {
            client: &client.id,
            notes: [("scope", "openid"), ("acr", "1")].into_iter().collect(),
        }),
        ticket: Some(WithTicket(ticket, "c")),
        ..NewSession::default()
    };
    let (session, secret) = world.identity.open_session(&realm, &proven, session).await.expect("a session");
    format!("{}.{}.{}", secret.expect("a ticket").expose(), session.id.as_str(), client.id)
}

/// Redeems a code as `web`.
async fn redeem(world: &World, code: &str, more: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", realm::BACK),
        ("client_id", "web"),
        ("client_secret", "web-secret"),
    ];
    pairs.retain(|(name, _)| more.iter().all(|(other, _)| name != other));
    pairs.extend(more.iter().filter(|(_, value)| *value != "-"));
    token(world, &pairs).await
}
