//! Trust documents: what a registry is given once must hold.

use crypto::certificate::public_key_of;
use identity::Rotation;
use serde_json::{Value, json};

use crate::harness::{House, PASSWORD, get};

const CERTS: &str = "/realms/harbour/protocol/docker-v2/certs";
const BUNDLE: &str = "/realms/harbour/protocol/docker-v2/root-cert-bundle.pem";

#[tokio::test]
async fn t36_the_jwks_lists_each_key_under_every_id() {
    let house = House::build().await;
    let token = house.get("service=registry", Some(("alice", PASSWORD))).await;
    let answer = house.send(get(CERTS, None)).await;
    assert_eq!((answer.status.as_u16(), answer.headers["content-type"].to_str().unwrap()), (200, "application/json"));
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    let realm = house.realm().await;
    for key in realm.keys().published() {
        for id in [&key.pair.ids().libtrust, &key.pair.ids().rfc7638, &key.pair.ids().spki] {
            assert_eq!(keys.iter().filter(|listed| listed["kid"] == id.as_str()).count(), 1, "{id}");
        }
    }
    // A90: a token names a published key, and brings none of its own.
    let header = token.jose_header();
    assert!(keys.iter().any(|listed| listed["kid"] == header["kid"]));
    assert!(header.get("jwk").is_none());
    let private: Vec<&Value> = keys.iter().filter(|key| key.get("d").is_some() || key.get("p").is_some()).collect();
    assert_eq!(private, Vec::<&Value>::new());
}

#[tokio::test]
async fn t31_t32_the_bundle_holds_no_ed25519_and_its_bytes_stay() {
    let mut house = House::build().await;
    let settings = json!({ "docker.signature.algorithm": "EdDSA", "docker.registry.profile": "jwks" });
    house.change_client("other", json!({ "attributes": settings })).await;
    let bundle = house.send(get(BUNDLE, None)).await;
    assert_eq!(bundle.status, 200);
    let text = String::from_utf8(bundle.bytes.clone()).unwrap();
    let realm = house.realm().await;
    let certificates = text.matches("-----BEGIN CERTIFICATE-----").count();
    assert_eq!(certificates, 2, "RS256 and ES256");
    assert_eq!(realm.keys().published().count(), 3, "and Ed25519 in the JWKS alone");
    assert!(
        house.send(get(CERTS, None)).await.json()["keys"].as_array().unwrap().iter().any(|key| key["kty"] == "OKP")
    );
    for key in realm.keys().published() {
        let certificate = key.certificate.as_ref().unwrap();
        assert_eq!(public_key_of(certificate).unwrap(), key.pair.spki_der());
    }
    for _ in 0..2 {
        house.store.restart().await;
        house.portreeve.identity = house.store.identity.clone();
        let again = House::build_on(house);
        assert_eq!(again.send(get(BUNDLE, None)).await.bytes, bundle.bytes);
        house = again;
    }
}

#[tokio::test]
async fn t33_the_next_key_is_published_before_it_signs_and_the_last_after() {
    let house = House::build().await;
    let alice = Some(("alice", PASSWORD));
    let before = house.get("service=registry", alice).await.jose_header()["kid"].clone();
    let listed = |answer: &Value, kid: &Value| answer["keys"].as_array().unwrap().iter().any(|key| key["kid"] == *kid);
    let rotate = |step| {
        let house = &house;
        async move { house.store.identity.rotate_keys(&house.realm().await, step).await.unwrap() }
    };
    rotate(Rotation::Prepare).await;
    let published = house.send(get(CERTS, None)).await.json();
    assert_eq!(house.get("service=registry", alice).await.jose_header()["kid"], before);
    rotate(Rotation::Activate).await;
    let after = house.get("service=registry", alice).await.jose_header()["kid"].clone();
    assert_ne!(after, before);
    assert!(listed(&published, &after), "published before it signed");
    assert!(listed(&house.send(get(CERTS, None)).await.json(), &before), "and after");
}

#[tokio::test]
async fn every_artefact_renders_and_names_the_right_addresses() {
    let house = House::build().await;
    let realm = house.realm().await;
    let client = realm.client("registry").unwrap();
    let plugin = house.portreeve.plugins.get("docker-v2").unwrap();
    for artefact in plugin.artefacts() {
        let bytes = artefact.render(&house.portreeve, &realm, client).await.unwrap();
        assert!(!bytes.is_empty(), "{}", artefact.id());
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("example//"), "{}", artefact.id());
        if artefact.id().contains("config") || artefact.id().contains("variable") {
            assert!(text.contains("https://id.example/realms/harbour/protocol/docker-v2/auth"), "{}", artefact.id());
        }
    }
}

#[tokio::test]
async fn evaluate_and_explain_agree_with_the_token() {
    let house = House::build().await;
    house.rules("registry", &[&[("subject", "user:alice"), ("name", "team/*"), ("actions", "pull")]]).await;
    let realm = house.realm().await;
    let client = realm.client("registry").unwrap();
    let plugin = house.portreeve.plugins.get("docker-v2").unwrap();
    let run = |id: &'static str, input: Value| {
        let operation = plugin.operations().iter().find(|operation| operation.id() == id).unwrap();
        let (portreeve, realm) = (&house.portreeve, &realm);
        async move { operation.run(portreeve, realm, client, input).await }
    };
    let asked = json!({ "user": "alice", "scope": ["repository:team/a:pull,push"] });
    let told = run("evaluate", asked.clone()).await.unwrap();
    assert_eq!(told["claims"]["access"], json!([{"type": "repository", "name": "team/a", "actions": ["pull"]}]));
    let token = house.get("service=registry&scope=repository:team/a:pull,push", Some(("alice", PASSWORD))).await;
    assert_eq!(told["claims"]["access"], token.claims()["access"]);
    assert_eq!(run("explain", asked).await.unwrap()["entries"][0]["denied"], "repository:team/a:push");
    assert!(run("evaluate", json!({ "user": "nobody" })).await.is_err());
    assert!(run("explain", json!({ "usr": "alice" })).await.is_err());
    let who = run("who-may", json!({ "scope": ["repository:team/a:pull"] })).await.unwrap();
    assert_eq!(who["entries"][0]["actions"][0]["allow"][0]["subject"], "user:alice");
}
