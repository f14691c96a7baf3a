//! Which client asks, and how it proves that.

use crypto::{
    algorithm::{Algorithm, KeyKind},
    jws::{self, EncodedHeader},
    key::KeyPair,
    mac::{self, MacAlgorithm, MacHeader, MacKey},
};
use serde_json::{Value, json};

use super::{ISSUER, client, last_event, post, refused, token, world, world_with};
use crate::harness::{Answer, World};

const INVALID: &str = "Invalid client or Invalid client credentials";
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ROBOT: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test]
async fn every_refusal_has_keycloaks_words_and_its_event() {
    let world = world().await;
    let rows = world.rows().await;
    for (pairs, error, event) in [
        (vec![("client_id", "robot"), ("client_secret", "wrong")], "unauthorized_client", "invalid_client_credentials"),
        (vec![("client_id", "nobody"), ("client_secret", "x")], "invalid_client", "client_not_found"),
        (vec![], "invalid_client", "client_not_found"),
        (vec![("client_id", "robot")], "unauthorized_client", "invalid_client_credentials"),
        (vec![("client_id", "off"), ("client_secret", "off-secret")], "invalid_client", "client_disabled"),
        (vec![("client_id", "bearer"), ("client_secret", "x")], "unauthorized_client", "invalid_client_credentials"),
        (vec![("client_id", "registry"), ("client_secret", "x")], "invalid_client", "client_not_found"),
        (
            vec![("client_assertion_type", TYPE), ("client_assertion", "a.b.c")],
            "invalid_client",
            "invalid_client_credentials",
        ),
        (
            vec![("client_assertion_type", "x"), ("client_assertion", "a.b.c")],
            "invalid_client",
            "invalid_client_credentials",
        ),
    ] {
        let pairs: Vec<_> = [ROBOT].into_iter().chain(pairs).collect();
        let answer = token(&world, &pairs).await;
        refused(&answer, 401, error, INVALID);
        assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"), "{pairs:?}");
        assert_eq!(last_event(&world).await, ("CLIENT_LOGIN_ERROR".into(), Some(event.into())), "{pairs:?}");
    }
    assert_eq!(world.rows().await, rows, "nothing else was written");
}

#[tokio::test]
async fn a43_basic_is_form_decoded_and_rubbish_is_refused() {
    let world = world_with(|file| {
        client(file, "robot")["secret"] = json!("a b:c%");
    })
    .await;
    let good = world.anonymous().basic("robot", "a%20b%3Ac%25");
    post(&good, "token", &[ROBOT]).await.expect(200);
    // The same pair in the form too; another pair is two ways of authentication (RFC 6749 §2.3).
    post(&good, "token", &[ROBOT, ("client_id", "robot"), ("client_secret", "a b:c%")]).await.expect(200);
    refused(&post(&good, "token", &[ROBOT, ("client_id", "web")]).await, 401, "invalid_client", INVALID);
    for header in ["Basic !!!", "Basic", "Basic cm9ib3Q=", "Bearer x"] {
        let answer = post(&world.anonymous().header("authorization", header), "token", &[ROBOT]).await;
        refused(&answer, 401, "invalid_client", INVALID);
    }
    let twice = world.anonymous().basic("robot", "a%20b%3Ac%25").basic("robot", "a%20b%3Ac%25");
    refused(&post(&twice, "token", &[ROBOT]).await, 401, "invalid_client", INVALID);
    let huge = world.anonymous().header("authorization", &format!("Basic {}", "A".repeat(100_000)));
    refused(&post(&huge, "token", &[ROBOT]).await, 401, "invalid_client", INVALID);
}

/// `robot` proves itself with a key of its own, or with its secret.
struct Signer {
    key: KeyPair,
}

impl Signer {
    async fn world(authenticator: &str) -> (World, Self) {
        let key = KeyPair::generate(KeyKind::P256).expect("a key");
        let mut jwk = serde_json::to_value(key.public_jwk()).expect("a JWK");
        jwk["kid"] = json!("k1");
        let set = json!({"keys": [jwk]}).to_string();
        let authenticator = authenticator.to_owned();
        let world = world_with(move |file| {
            let robot = client(file, "robot");
            robot["clientAuthenticatorType"] = json!(authenticator);
            robot["attributes"] = json!({"use.jwks.string": "true", "jwks.string": set});
        })
        .await;
        (world, Self { key })
    }

    fn sign(&self, claims: &Value) -> String {
        let header = EncodedHeader::new(Algorithm::Es256, "JWT", "k1", None).expect("a header");
        jws::sign(&self.key, Algorithm::Es256, &header, claims).expect("a signature")
    }
}

fn claims(world: &World, jti: &str) -> Value {
    json!({"iss": "robot", "sub": "robot", "aud": ISSUER, "jti": jti, "exp": world.clock_seconds() + 60, "iat": world.clock_seconds()})
}

async fn assert_with(world: &World, assertion: &str) -> Answer {
    token(world, &[ROBOT, ("client_assertion_type", TYPE), ("client_assertion", assertion)]).await
}

#[tokio::test]
async fn a_client_proves_itself_with_its_key_or_its_secret_as_it_is_set() {
    let (world, signer) = Signer::world("client-jwt").await;
    assert_with(&world, &signer.sign(&claims(&world, "1"))).await.expect(200);
    let mac = |world: &World, secret: &str| {
        let header = MacHeader::new(MacAlgorithm::Hs256, "JWT", "k").expect("a header");
        let key = MacKey::new(MacAlgorithm::Hs256, secret.as_bytes());
        mac::sign(&key, &header, &claims(world, "2")).expect("a tag")
    };
    // Neither the secret nor an assertion made with it counts for a client that has a key.
    refused(&assert_with(&world, &mac(&world, "robot-secret")).await, 401, "invalid_client", INVALID);
    let answer = token(&world, &[ROBOT, ("client_id", "robot"), ("client_secret", "robot-secret")]).await;
    refused(&answer, 401, "unauthorized_client", INVALID);

    let (world, signer) = Signer::world("client-secret-jwt").await;
    assert_with(&world, &mac(&world, "robot-secret")).await.expect(200);
    refused(&assert_with(&world, &mac(&world, "wrong")).await, 401, "invalid_client", INVALID);
    refused(&assert_with(&world, &signer.sign(&claims(&world, "3"))).await, 401, "invalid_client", INVALID);
}

#[tokio::test]
async fn a42_an_assertion_counts_once_for_us_and_for_now() {
    let (world, signer) = Signer::world("client-jwt").await;
    let once = signer.sign(&claims(&world, "once"));
    assert_with(&world, &once).await.expect(200);
    refused(&assert_with(&world, &once).await, 401, "invalid_client", INVALID);
    let with = |jti: &str, more: Value| {
        let mut claims = claims(&world, jti);
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        signer.sign(&claims)
    };
    let now = world.clock_seconds();
    for (jti, more) in [
        ("a", json!({"aud": "https://elsewhere.example"})),
        ("b", json!({"aud": [ISSUER, "https://elsewhere.example"]})),
        ("c", json!({"exp": now - 120})),
        ("d", json!({"exp": now + 365 * 24 * 3600})),
        ("e", json!({"sub": "web"})),
        ("f", json!({"iss": "web", "sub": "web"})),
        ("g", json!({"nbf": now + 600})),
        ("h", json!({"aud": format!("{ISSUER}/protocol/openid-connect/revoke")})),
        ("", json!({})),
    ] {
        let answer = assert_with(&world, &with(jti, more.clone())).await;
        refused(&answer, 401, "invalid_client", INVALID);
        assert!(answer.json().get("access_token").is_none(), "{more}");
    }
    // One audience in a list, and the token endpoint, stand for the server.
    assert_with(&world, &with("i", json!({"aud": [ISSUER]}))).await.expect(200);
    assert_with(&world, &with("j", json!({"aud": format!("{ISSUER}/protocol/openid-connect/token")})))
        .await
        .expect(200);
}

#[tokio::test]
async fn a32_a33_an_assertion_without_a_real_signature_is_nobodys() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let (world, signer) = Signer::world("client-jwt").await;
    let payload = URL_SAFE_NO_PAD.encode(claims(&world, "x").to_string());
    for alg in ["none", "None", "HS256"] {
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": alg, "kid": "k1"}).to_string());
        refused(&assert_with(&world, &format!("{header}.{payload}.")).await, 401, "invalid_client", INVALID);
    }
    let public = MacKey::new(MacAlgorithm::Hs256, signer.key.spki_der());
    let header = MacHeader::new(MacAlgorithm::Hs256, "JWT", "k1").expect("a header");
    let forged = mac::sign(&public, &header, &claims(&world, "y")).expect("a tag");
    refused(&assert_with(&world, &forged).await, 401, "invalid_client", INVALID);
}
