//! Tokens that are bound to a key (RFC 9449).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use crypto::{
    algorithm::{Algorithm, KeyKind},
    digest::sha256,
    key::KeyPair,
};
use serde_json::{Value, json};

use super::{BASE, ISSUER, claims, client, code, post, refused, text, world_with};
use crate::harness::{Answer, World};

struct Holder(KeyPair);

impl Holder {
    fn new() -> Self {
        Self(KeyPair::generate(KeyKind::P256).expect("a key"))
    }

    fn thumbprint(&self) -> &str {
        &self.0.ids().rfc7638
    }

    fn proof(&self, world: &World, method: &str, endpoint: &str, jti: &str, token: Option<&str>) -> String {
        self.proof_with(world, method, endpoint, jti, token, None)
    }

    fn proof_with(
        &self,
        world: &World,
        method: &str,
        endpoint: &str,
        jti: &str,
        token: Option<&str>,
        nonce: Option<&str>,
    ) -> String {
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.0.public_jwk()});
        let mut claims = json!({"jti": jti, "htm": method, "htu": format!("{ISSUER}/protocol/openid-connect/{endpoint}"), "iat": world.clock_seconds()});
        if let Some(token) = token {
            claims["ath"] = json!(URL_SAFE_NO_PAD.encode(sha256(token.as_bytes())));
        }
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
        }
        let signed =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self.0.sign(Algorithm::Es256, signed.as_bytes()).expect("a signature");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

async fn bound() -> World {
    world_with(|file| {
        for id in ["robot", "spa"] {
            client(file, id)["attributes"] = json!({"dpop.bound.access.tokens": "true"});
        }
    })
    .await
}

const ROBOT: [(&str, &str); 4] = [
    ("grant_type", "client_credentials"),
    ("client_id", "robot"),
    ("client_secret", "robot-secret"),
    ("scope", "openid"),
];

async fn ask(world: &World, proof: &str, pairs: &[(&str, &str)]) -> Answer {
    post(&world.anonymous().header("dpop", proof), "token", pairs).await
}

async fn userinfo(world: &World, scheme: &str, token: &str, proof: Option<&str>) -> Answer {
    let mut caller = world.anonymous().header("authorization", &format!("{scheme} {token}"));
    if let Some(proof) = proof {
        caller = caller.header("dpop", proof);
    }
    caller.get(&format!("{BASE}/userinfo")).await
}

#[tokio::test]
async fn a36_a_token_is_bound_to_the_key_and_worth_nothing_without_it() {
    let (world, holder) = (bound().await, Holder::new());
    let answer = ask(&world, &holder.proof(&world, "POST", "token", "1", None), &ROBOT).await.expect(200);
    assert_eq!(answer.json()["token_type"], "DPoP");
    let access = text(&answer, "access_token");
    assert_eq!(
        (&claims(&access)["cnf"], &claims(&access)["typ"]),
        (&json!({"jkt": holder.thumbprint()}), &json!("DPoP"))
    );
    let with =
        |key: &Holder, method: &str, jti: &str, token: Option<&str>| key.proof(&world, method, "userinfo", jti, token);
    let good = with(&holder, "GET", "2", Some(&access));
    userinfo(&world, "DPoP", &access, Some(&good)).await.expect(200);
    // The same proof again, another key, another method, no hash of the token, no proof, or as a plain bearer token.
    for (scheme, proof) in [
        ("DPoP", Some(good)),
        ("DPoP", Some(with(&Holder::new(), "GET", "3", Some(&access)))),
        ("DPoP", Some(with(&holder, "POST", "4", Some(&access)))),
        ("DPoP", Some(with(&holder, "GET", "5", None))),
        ("DPoP", Some(with(&holder, "GET", "6", Some("another")))),
        ("DPoP", None),
        ("Bearer", None),
        ("Bearer", Some(with(&holder, "GET", "7", Some(&access)))),
    ] {
        userinfo(&world, scheme, &access, proof.as_deref()).await.expect(401);
    }
}

#[tokio::test]
async fn a36_a_client_that_must_bring_a_proof_gets_nothing_without_a_good_one() {
    let (world, holder) = (bound().await, Holder::new());
    refused(&post(&world.anonymous(), "token", &ROBOT).await, 400, "invalid_dpop_proof", "DPoP proof is missing");
    let once = holder.proof(&world, "POST", "token", "once", None);
    ask(&world, &once, &ROBOT).await.expect(200);
    refused(&ask(&world, &once, &ROBOT).await, 400, "invalid_dpop_proof", "DPoP proof has already been used");
    let elsewhere = holder.proof(&world, "POST", "revoke", "2", None);
    refused(&ask(&world, &elsewhere, &ROBOT).await, 400, "invalid_dpop_proof", "DPoP proof is for another request");
    let old = holder.proof(&world, "POST", "token", "3", None);
    world.clock.advance(120_000);
    refused(&ask(&world, &old, &ROBOT).await, 400, "invalid_dpop_proof", "DPoP proof is not active");
    let proof = holder.proof(&world, "POST", "token", "4", None);
    let two = world.anonymous().header("dpop", &proof).header("dpop", &proof);
    refused(&post(&two, "token", &ROBOT).await, 400, "invalid_dpop_proof", "More than one DPoP proof");
}

#[tokio::test]
async fn a36_a_code_and_a_public_clients_refresh_token_are_bound_too() {
    let (world, holder) = (bound().await, Holder::new());
    let redeem = async |payload: Value, key: &Holder, jti: &str| {
        let code = code(&world, "spa", payload).await;
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", &*code),
            ("redirect_uri", super::realm::BACK),
            ("client_id", "spa"),
        ];
        ask(&world, &key.proof(&world, "POST", "token", jti, None), &pairs).await
    };
    let payload = json!({"dpop_jkt": holder.thumbprint()});
    refused(
        &redeem(payload.clone(), &Holder::new(), "1").await,
        400,
        "invalid_dpop_proof",
        "DPoP proof is of another key",
    );
    let answer = redeem(payload, &holder, "2").await.expect(200);
    let refresh = text(&answer, "refresh_token");
    assert_eq!(claims(&refresh)["cnf"]["jkt"], holder.thumbprint());
    let pairs = [("grant_type", "refresh_token"), ("refresh_token", &*refresh), ("client_id", "spa")];
    let other = Holder::new().proof(&world, "POST", "token", "3", None);
    refused(&ask(&world, &other, &pairs).await, 400, "invalid_dpop_proof", "DPoP proof is of another key");
    let next = ask(&world, &holder.proof(&world, "POST", "token", "4", None), &pairs).await.expect(200);
    assert_eq!(claims(&text(&next, "access_token"))["cnf"]["jkt"], holder.thumbprint());
}

/// `robot`'s proofs must hold a nonce, by the client's setting or the realm's.
async fn with_nonces(realm_wide: bool) -> World {
    world_with(|file| {
        let mut attributes = json!({"dpop.bound.access.tokens": "true"});
        if realm_wide {
            file["attributes"] = json!({"dpopNonceRequired": "true"});
        } else {
            attributes["dpop.nonce.required"] = json!("true");
        }
        client(file, "robot")["attributes"] = attributes;
    })
    .await
}

#[tokio::test]
async fn a36_a_nonce_is_demanded_given_and_taken_for_a_while() {
    for realm_wide in [false, true] {
        let (world, holder) = (with_nonces(realm_wide).await, Holder::new());
        let rows = world.rows_of("client_session").await;
        let told = ask(&world, &holder.proof(&world, "POST", "token", "1", None), &ROBOT).await;
        let words = "Authorization server requires nonce in DPoP proof";
        refused(&told, 400, "use_dpop_nonce", words);
        assert_eq!(super::last_event(&world).await, ("CLIENT_LOGIN_ERROR".into(), Some("invalid_dpop_proof".into())));
        let nonce = told.header("dpop-nonce").to_owned();
        let ask_with = async |jti: &str, nonce: &str| {
            ask(&world, &holder.proof_with(&world, "POST", "token", jti, None, Some(nonce)), &ROBOT).await
        };
        let good = ask_with("2", &nonce).await.expect(200);
        assert_eq!(good.header("dpop-nonce"), "", "the same will do again");
        // In the next window it is taken, and replaced; after that it is too old.
        world.clock.advance(120_000);
        let next = ask_with("3", &nonce).await.expect(200).header("dpop-nonce").to_owned();
        assert!(!next.is_empty() && next != nonce);
        world.clock.advance(120_000);
        let late = ask_with("4", &nonce).await;
        refused(&late, 400, "use_dpop_nonce", words);
        ask_with("5", late.header("dpop-nonce")).await.expect(200);
        for (jti, rubbish) in [("6", "x"), ("7", ""), ("8", &*"n".repeat(2000))] {
            refused(&ask_with(jti, rubbish).await, 400, "use_dpop_nonce", words);
        }
        assert_eq!(world.rows_of("client_session").await, rows);
    }
}

#[tokio::test]
async fn a36_userinfo_demands_the_nonce_too() {
    let (world, holder) = (with_nonces(false).await, Holder::new());
    let told = ask(&world, &holder.proof(&world, "POST", "token", "1", None), &ROBOT).await;
    let nonce = told.header("dpop-nonce").to_owned();
    let proof = holder.proof_with(&world, "POST", "token", "2", None, Some(&nonce));
    let access = text(&ask(&world, &proof, &ROBOT).await.expect(200), "access_token");
    let without = holder.proof(&world, "GET", "userinfo", "3", Some(&access));
    let answer = userinfo(&world, "DPoP", &access, Some(&without)).await.expect(401);
    assert!(answer.header("www-authenticate").starts_with("DPoP "), "{}", answer.header("www-authenticate"));
    assert!(answer.header("www-authenticate").contains("error=\"use_dpop_nonce\""));
    let with = holder.proof_with(&world, "GET", "userinfo", "4", Some(&access), Some(answer.header("dpop-nonce")));
    userinfo(&world, "DPoP", &access, Some(&with)).await.expect(200);
}

#[tokio::test]
async fn a36_a_nonce_that_nobody_gave_is_refused_where_none_is_demanded_too() {
    let (world, holder) = (bound().await, Holder::new());
    let forged = holder.proof_with(&world, "POST", "token", "1", None, Some("AAAA"));
    let told = ask(&world, &forged, &ROBOT).await;
    refused(&told, 400, "use_dpop_nonce", "Authorization server requires nonce in DPoP proof");
    let good = holder.proof_with(&world, "POST", "token", "2", None, Some(told.header("dpop-nonce")));
    ask(&world, &good, &ROBOT).await.expect(200);
}

#[tokio::test]
async fn a36_a_proof_that_comes_with_a_pushed_request_binds_the_code() {
    let (world, holder) = (bound().await, Holder::new());
    let push = async |jkt: Option<&str>, jti: &str| {
        let proof = holder.proof(&world, "POST", "ext/par/request", jti, None);
        let mut pairs = vec![
            ("client_id", "spa"),
            ("redirect_uri", super::realm::BACK),
            ("response_type", "code"),
            ("scope", "openid"),
        ];
        pairs.extend(jkt.map(|jkt| ("dpop_jkt", jkt)));
        post(&world.anonymous().header("dpop", &proof), "ext/par/request", &pairs).await
    };
    push(None, "1").await.expect(201);
    push(Some(holder.thumbprint()), "2").await.expect(201);
    let other = Holder::new();
    let refusal = push(Some(other.thumbprint()), "3").await;
    refused(&refusal, 400, "invalid_dpop_proof", "DPoP proof is of another key");
    assert_eq!(super::last_event(&world).await.0, "PUSHED_AUTHORIZATION_REQUEST_ERROR");
}
