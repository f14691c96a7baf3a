//! `…/certs`, `…/root-cert-bundle.pem`, and which key and header a token goes by.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::ask;
use crate::harness::World;

const BASE: &str = "/realms/port/protocol/docker-v2";

async fn jwks(world: &World) -> Value {
    world.anonymous().get(&format!("{BASE}/certs")).await.expect(200).json()
}

async fn bundle(world: &World) -> String {
    world.anonymous().get(&format!("{BASE}/root-cert-bundle.pem")).await.expect(200).text()
}

#[tokio::test]
async fn every_profile_verifies_against_the_published_keys() {
    let world = World::port().await;
    for (service, alg) in
        [("plain", "RS256"), ("es256", "ES256"), ("two", "RS256"), ("three", "ES384"), ("jwks", "EdDSA")]
    {
        let token = world.person("alice").get(&ask(service, &["repository:a:pull"])).await.token();
        assert_eq!(token.header()["alg"], alg, "{service}");
        token.verify(&jwks(&world).await);
    }
}

/// The header that each registry looks its key up by.
#[tokio::test]
async fn t29_the_header_follows_the_profile() {
    let world = World::port().await;
    let header = |service: &'static str| {
        let world = &world;
        async move { world.person("alice").get(&ask(service, &[])).await.token().header() }
    };
    let libtrust = |kid: &Value| kid.as_str().is_some_and(|k| k.len() == 59 && k.split(':').count() == 12);
    let any = header("plain").await;
    assert!(libtrust(&any["kid"]) && any["x5c"].is_array(), "{any}");
    let two = header("two").await;
    assert!(libtrust(&two["kid"]) && two.get("x5c").is_none(), "{two}");
    let three = header("three").await;
    assert!(three["kid"].as_str().is_some_and(|k| k.len() == 43) && three["x5c"].is_array(), "{three}");
    assert!(header("jwks").await.get("x5c").is_none());
}

/// Distribution's CVE-2025-24976 trusts a key that the token brings along: ours bring none, and name one that is published.
#[tokio::test]
async fn a90_the_header_names_a_published_key_and_brings_none() {
    let world = World::port().await;
    for service in ["plain", "es256", "two", "three", "jwks", "registry"] {
        let token = world.person("alice").get(&ask(service, &["repository:a:pull"])).await.token();
        let header = token.header();
        for own in ["jwk", "jku", "x5u"] {
            assert!(header.get(own).is_none(), "{service}: {header}");
        }
        let published = jwks(&world).await;
        let named = |key: &&Value| key["kid"] == header["kid"];
        let key = published["keys"].as_array().expect("keys").iter().find(named);
        assert!(key.is_some(), "{service}: {header}");
        token.verify(&published);
        for sent in header["x5c"].as_array().into_iter().flatten() {
            let sent = STANDARD.decode(sent.as_str().expect("text")).expect("base64");
            assert!(
                certificates(&bundle(&world).await).contains(&sent),
                "{service}: a certificate of no published key"
            );
        }
    }
}

#[tokio::test]
async fn t36_the_set_lists_each_key_under_every_id_and_only_what_registries_can_read() {
    let world = World::port().await;
    world.person("alice").get(&ask("jwks", &[])).await.expect(200);
    let set = jwks(&world).await;
    let keys = set["keys"].as_array().expect("keys");
    for key in keys {
        assert!(["RSA", "EC", "OKP"].contains(&key["kty"].as_str().expect("kty")));
        assert_eq!(key["use"], "sig", "never an encryption key");
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key.get(private).is_none(), "{private} is published");
        }
    }
    let kids: Vec<&str> = keys.iter().filter_map(|k| k["kid"].as_str()).collect();
    assert!(kids.iter().any(|k| k.contains(':')) && kids.iter().any(|k| k.len() == 43), "{kids:?}");
    let mut unique = kids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), kids.len(), "no id twice");
}

#[tokio::test]
async fn t31_the_bundle_holds_no_ed25519_certificate() {
    let world = World::port().await;
    world.person("alice").get(&ask("jwks", &[])).await.expect(200);
    let text = bundle(&world).await;
    assert!(text.matches("BEGIN CERTIFICATE").count() >= 2, "RSA and EC: {text}");
    // The object identifier of Ed25519 (RFC 8410 §3): 1.3.101.112.
    for certificate in certificates(&text) {
        assert!(
            !certificate.windows(5).any(|w| w == [0x06, 0x03, 0x2b, 0x65, 0x70]),
            "an Ed25519 certificate stops registry 2.8"
        );
    }
}

fn certificates(pem: &str) -> Vec<Vec<u8>> {
    pem.split("-----BEGIN CERTIFICATE-----")
        .skip(1)
        .map(|rest| {
            let body: String = rest.split("-----END").next().expect("an end").split_whitespace().collect();
            STANDARD.decode(body).expect("base64")
        })
        .collect()
}

#[tokio::test]
async fn the_x5c_certificate_is_the_bundles_own() {
    let world = World::port().await;
    let header = world.person("alice").get(&ask("plain", &[])).await.token().header();
    let sent = STANDARD.decode(header["x5c"][0].as_str().expect("x5c")).expect("base64");
    assert!(certificates(&bundle(&world).await).contains(&sent));
}

#[tokio::test]
async fn t33_a_rotation_publishes_before_it_signs_and_keeps_the_old_key() {
    let world = World::port().await;
    let path = ask("plain", &["repository:a:pull"]);
    let old = world.person("alice").get(&path).await.token();
    let before = bundle(&world).await;
    world.rotate(identity::Rotation::Prepare).await;
    let prepared = bundle(&world).await;
    assert!(
        prepared.contains(before.trim()) || certificates(&before).iter().all(|c| certificates(&prepared).contains(c))
    );
    assert!(certificates(&prepared).len() > certificates(&before).len(), "the next key is published");
    let still = world.person("alice").get(&path).await.token();
    assert_eq!(still.header()["kid"], old.header()["kid"], "and does not sign yet");
    world.rotate(identity::Rotation::Activate).await;
    let new = world.person("alice").get(&path).await.token();
    assert_ne!(new.header()["kid"], old.header()["kid"]);
    let set = jwks(&world).await;
    old.verify(&set);
    new.verify(&set);
    assert_eq!(
        certificates(&bundle(&world).await).len(),
        certificates(&prepared).len(),
        "no registry that took the bundle must be told again"
    );
}

#[tokio::test]
async fn the_documents_are_cacheable_and_open_to_browsers() {
    let world = World::port().await;
    let answer =
        world.anonymous().header("origin", "https://ui.example").get(&format!("{BASE}/certs")).await.expect(200);
    assert!(
        answer.header("content-type").starts_with("application/json")
            || answer.header("content-type").starts_with("application/jwk-set+json")
    );
    assert_eq!(json!(answer.header("x-content-type-options")), json!("nosniff"));
}
