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
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.0.public_jwk()});
        let mut claims = json!({"jti": jti, "htm": method, "htu": format!("{ISSUER}/protocol/openid-connect/{endpoint}"), "iat": world.clock_seconds()});
        if let Some(token) = token {
            claims["ath"] = json!(URL_SAFE_NO_PAD.encode(sha256(token.as_bytes())));
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
