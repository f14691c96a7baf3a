//! Answers that only the client can read, and requests that only the realm can.

use crypto::{
    algorithm::{Algorithm, KeyKind},
    jwe::{ContentEncryption, DecryptingKey, Encrypted, KeyManagement, Recipient},
    jws::{self, EncodedHeader},
    key::KeyPair,
    random::SystemRandom,
};
use serde_json::{Value, json};

use super::{BASE, ISSUER, claims, client, keys, last_event, log_in, text, token, world_with};
use crate::harness::World;

/// A client's key and the world in which `web` has it, with these attributes.
async fn world_for(kind: KeyKind, attributes: Value) -> (World, DecryptingKey, KeyPair) {
    let pair = KeyPair::generate(kind).expect("a key");
    let mut encrypting = serde_json::to_value(pair.public_jwk()).expect("JSON");
    encrypting["use"] = json!("enc");
    encrypting["kid"] = json!("enc-1");
    let signer = KeyPair::generate(KeyKind::P256).expect("a key");
    let mut signing = serde_json::to_value(signer.public_jwk()).expect("JSON");
    signing["use"] = json!("sig");
    signing["kid"] = json!("s");
    let set = json!({"keys": [encrypting, signing]}).to_string();
    let key = DecryptingKey::from_der(&pair.to_pkcs8().expect("PKCS#8")).expect("a key");
    let world = world_with(|file| {
        let mut all = json!({"use.jwks.string": "true", "jwks.string": set});
        all.as_object_mut().expect("an object").extend(attributes.as_object().expect("an object").clone());
        client(file, "web")["attributes"] = all;
    })
    .await;
    (world, key, signer)
}

#[track_caller]
fn opened(token: &str, key: &DecryptingKey) -> (Value, String) {
    let read = Encrypted::parse(token).unwrap_or_else(|| panic!("not encrypted: {token}"));
    let header = json!([read.header().alg, read.header().enc, read.header().kid, read.header().cty]);
    let inside = read.decrypt(key, &SystemRandom).expect("it is for the client");
    (header, String::from_utf8(inside.to_vec()).expect("text"))
}

#[tokio::test]
async fn an_id_token_is_signed_and_then_encrypted_for_the_client() {
    let attributes =
        json!({"id.token.encrypted.response.alg": "ECDH-ES+A256KW", "id.token.encrypted.response.enc": "A256GCM"});
    let (world, key, _) = world_for(KeyKind::P256, attributes).await;
    let answer = log_in(&world, "openid").await;
    let (header, inside) = opened(&text(&answer, "id_token"), &key);
    assert_eq!(header, json!(["ECDH-ES+A256KW", "A256GCM", "enc-1", "JWT"]));
    assert_eq!((&claims(&inside)["aud"], &claims(&inside)["typ"]), (&json!("web"), &json!("ID")));
    let set = world.anonymous().get(&format!("{BASE}/certs")).await.json();
    crate::harness::answer::Token(inside).verify(&set);
    // The access token is for others to read.
    assert_eq!(claims(&text(&answer, "access_token"))["typ"], "Bearer");
}

#[tokio::test]
async fn userinfo_is_encrypted_signed_or_not() {
    for (signed, kind) in [(Some("ES256"), Some("JWT")), (None, None)] {
        let mut attributes = json!({"user.info.encrypted.response.alg": "RSA-OAEP-256"});
        if let Some(algorithm) = signed {
            attributes["user.info.response.signature.alg"] = json!(algorithm);
        }
        let (world, key, _) = world_for(KeyKind::Rsa2048, attributes).await;
        let access = text(&log_in(&world, "openid").await, "access_token");
        let caller = world.anonymous().header("authorization", &format!("Bearer {access}"));
        let answer = caller.get(&format!("{BASE}/userinfo")).await.expect(200);
        assert_eq!(answer.header("content-type"), "application/jwt");
        let (header, inside) = opened(&answer.text(), &key);
        assert_eq!(header, json!(["RSA-OAEP-256", "A128CBC-HS256", "enc-1", kind]));
        let told: Value =
            if signed.is_some() { claims(&inside) } else { serde_json::from_str(&inside).expect("claims") };
        assert_eq!(told["preferred_username"], "alice");
    }
}

#[tokio::test]
async fn without_a_key_of_the_client_nothing_is_sent_in_the_clear() {
    let attributes = json!({"id.token.encrypted.response.alg": "RSA-OAEP"});
    let (world, ..) = world_for(KeyKind::P256, attributes).await;
    let form = [
        ("grant_type", "password"),
        ("username", "alice"),
        ("password", "pw-alice"),
        ("client_id", "web"),
        ("client_secret", "web-secret"),
        ("scope", "openid"),
    ];
    let answer = token(&world, &form).await;
    assert!(answer.status.is_client_error(), "{}", answer.text());
    assert_eq!(keys(&answer.json()), ["error", "error_description"]);
    assert_eq!(last_event(&world).await.0, "LOGIN_ERROR");
}

#[tokio::test]
async fn a32_broken_encryption_is_no_setting() {
    for (name, value) in [("alg", "RSA1_5"), ("alg", "dir"), ("enc", "A128CTR")] {
        let mut file = super::realm::port();
        client(&mut file, "web")["attributes"] = json!({"id.token.encrypted.response.alg": "RSA-OAEP", format!("id.token.encrypted.response.{name}"): value});
        let faults = World::empty().await.refused(file).await;
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains(&format!("id.token.encrypted.response.{name}")), "{faults:?}");
    }
}

/// A request object of `web`, signed and then encrypted for the realm.
fn sealed(world_now: i64, signer: &KeyPair, set: &Value, algorithm: KeyManagement, more: &Value) -> String {
    let header = EncodedHeader::new(Algorithm::Es256, "oauth-authz-req+jwt", "s", None).expect("a header");
    let mut claims = json!({
        "iss": "web", "aud": ISSUER, "client_id": "web", "response_type": "code", "scope": "openid", "state": "inside",
        "redirect_uri": super::realm::BACK, "exp": world_now + 60,
    });
    claims.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let signed = jws::sign(signer, Algorithm::Es256, &header, &claims).expect("signed");
    let all = crypto::jwe::read(set, 16).expect("a set");
    let key = all.iter().find(|key| key.algorithm == Some(KeyManagement::RsaOaep)).expect("the realm's key");
    let key = crypto::jwe::EncryptingKey {
        kid: key.kid.clone(),
        algorithm: None,
        key: crypto::key::PublicKey::from_spki(key.key.spki_der()).expect("a key"),
    };
    let to = Recipient { key: &key, algorithm, encryption: ContentEncryption::A256Gcm };
    crypto::jwe::encrypt(&to, Some("JWT"), signed.as_bytes(), &SystemRandom).expect("encrypted")
}

#[tokio::test]
async fn a_request_object_may_be_encrypted_for_the_realm() {
    let attributes = json!({"request.object.signature.alg": "ES256", "request.object.encryption.alg": "RSA-OAEP"});
    let (world, _, signer) = world_for(KeyKind::P256, attributes).await;
    let set = world.anonymous().get(&format!("{BASE}/certs")).await.json();
    let ask = async |object: &str| {
        let query = super::form(&[("client_id", "web"), ("request", object), ("prompt", "none")]);
        world.anonymous().get(&format!("{BASE}/auth?{query}")).await
    };
    let none = json!({"prompt": "none"});
    let good = sealed(world.clock_seconds(), &signer, &set, KeyManagement::RsaOaep, &none);
    let answer = ask(&good).await.expect(302);
    assert!(answer.header("location").contains("error=login_required"), "{}", answer.header("location"));
    assert!(answer.header("location").contains("state=inside"));

    // Another algorithm than the client's, somebody else's signature, a changed token, or not encrypted.
    let other = KeyPair::generate(KeyKind::P256).expect("a key");
    let mut changed = good.clone();
    changed.truncate(good.len() - 4);
    for (what, object) in [
        ("algorithm", sealed(world.clock_seconds(), &signer, &set, KeyManagement::RsaOaep256, &none)),
        ("signature", sealed(world.clock_seconds(), &other, &set, KeyManagement::RsaOaep, &none)),
        ("changed", changed),
        ("plain", "a.b.c".to_owned()),
    ] {
        let answer = ask(&object).await;
        assert_eq!(answer.status.as_u16(), 400, "{what}");
        assert!(answer.header("location").is_empty(), "{what}");
        assert_eq!(last_event(&world).await.0, "LOGIN_ERROR", "{what}");
    }
}

#[tokio::test]
async fn discovery_lists_what_works() {
    let (world, ..) = world_for(KeyKind::P256, json!({})).await;
    let document = world.anonymous().get("/realms/port/.well-known/openid-configuration").await.json();
    let all = json!(["RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"]);
    for kind in ["id_token", "userinfo", "authorization"] {
        assert_eq!(document[format!("{kind}_encryption_alg_values_supported")], all);
        assert_eq!(document[format!("{kind}_encryption_enc_values_supported")].as_array().expect("a list").len(), 6);
    }
    // The realm has an RSA key to be written to with.
    assert_eq!(document["request_object_encryption_alg_values_supported"], json!(["RSA-OAEP", "RSA-OAEP-256"]));
    let set = world.anonymous().get(&format!("{BASE}/certs")).await.json();
    let uses: Vec<&Value> = set["keys"].as_array().expect("keys").iter().map(|key| &key["use"]).collect();
    assert!(uses.contains(&&json!("enc")), "{set}");
}
