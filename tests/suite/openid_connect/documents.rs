//! Discovery and keys.

use axum::{body::Body, http::Method};
use serde_json::json;

use super::{BASE, ISSUER, keys, realm::ORIGIN, world};

const DISCOVERY: &str = "/realms/port/.well-known/openid-configuration";

/// As recorded; what is not published yet may be missing, nothing else may be there.
const RECORDED_ORDER: [&str; 56] = [
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "introspection_endpoint",
    "userinfo_endpoint",
    "end_session_endpoint",
    "frontchannel_logout_session_supported",
    "frontchannel_logout_supported",
    "jwks_uri",
    "check_session_iframe",
    "grant_types_supported",
    "acr_values_supported",
    "response_types_supported",
    "subject_types_supported",
    "prompt_values_supported",
    "id_token_signing_alg_values_supported",
    "id_token_encryption_alg_values_supported",
    "id_token_encryption_enc_values_supported",
    "userinfo_signing_alg_values_supported",
    "userinfo_encryption_alg_values_supported",
    "userinfo_encryption_enc_values_supported",
    "request_object_signing_alg_values_supported",
    "request_object_encryption_alg_values_supported",
    "request_object_encryption_enc_values_supported",
    "response_modes_supported",
    "registration_endpoint",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "introspection_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
    "authorization_signing_alg_values_supported",
    "authorization_encryption_alg_values_supported",
    "authorization_encryption_enc_values_supported",
    "claims_supported",
    "claim_types_supported",
    "claims_parameter_supported",
    "scopes_supported",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "require_request_uri_registration",
    "code_challenge_methods_supported",
    "tls_client_certificate_bound_access_tokens",
    "dpop_signing_alg_values_supported",
    "revocation_endpoint",
    "revocation_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported",
    "backchannel_logout_supported",
    "backchannel_logout_session_supported",
    "device_authorization_endpoint",
    "backchannel_token_delivery_modes_supported",
    "backchannel_authentication_endpoint",
    "backchannel_authentication_request_signing_alg_values_supported",
    "require_pushed_authorization_requests",
    "pushed_authorization_request_endpoint",
    "mtls_endpoint_aliases",
    "authorization_response_iss_parameter_supported",
];

#[tokio::test]
async fn discovery_has_keycloaks_members_in_its_order_and_only_what_works() {
    let world = world().await;
    let answer = world.anonymous().get(DISCOVERY).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-cache, must-revalidate, no-transform, no-store");
    let document = answer.json();
    let mut order = RECORDED_ORDER.iter();
    for key in keys(&document) {
        assert!(order.any(|known| *known == key), "{key} is unknown or out of order");
    }
    assert_eq!(document["issuer"], ISSUER);
    assert_eq!(document["token_endpoint"], format!("{ISSUER}/protocol/openid-connect/token"));
    // Every endpoint that is published answers something else than "not here".
    for (name, value) in document.as_object().expect("an object") {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            let path =
                value.as_str().expect("a URL").strip_prefix("http://localhost:8080").expect("our URL").to_owned();
            let answer = world.anonymous().get(&path).await;
            assert_ne!(answer.status.as_u16(), 404, "{name}");
        }
    }
    assert!(document["scopes_supported"].as_array().expect("a list").contains(&json!("openid")));
    assert!(document["scopes_supported"].as_array().expect("a list").contains(&json!("offline_access")));
    for algorithms in ["id_token_signing_alg_values_supported", "userinfo_signing_alg_values_supported"] {
        let listed = document[algorithms].as_array().expect("a list");
        assert!(
            listed.contains(&json!("ES256")) && !listed.contains(&json!("none")) && !listed.contains(&json!("HS256"))
        );
    }
}

#[tokio::test]
async fn both_places_of_rfc_8414_hold_the_same_document() {
    let world = world().await;
    let document = world.anonymous().get(DISCOVERY).await.expect(200).json();
    for path in
        ["/realms/port/.well-known/oauth-authorization-server", "/.well-known/oauth-authorization-server/realms/port"]
    {
        assert_eq!(world.anonymous().get(path).await.expect(200).json(), document, "{path}");
    }
    let unknown = world.anonymous().get("/realms/nowhere/.well-known/openid-configuration").await.expect(404);
    assert_eq!(unknown.json(), json!({"error": "Realm does not exist"}));
    let nonsense = world.anonymous().get("/realms/port/.well-known/nonsense").await.expect(404);
    assert_eq!(nonsense.json(), json!({"error": "HTTP 404 Not Found"}));
    let below = world.anonymous().get(&format!("{BASE}/nonsense")).await.expect(404);
    assert_eq!(below.json(), json!({"error": "HTTP 404 Not Found"}));
}

#[tokio::test]
async fn documents_are_for_every_page() {
    let world = world().await;
    for path in [DISCOVERY.to_owned(), format!("{BASE}/certs")] {
        let head = world.anonymous().send(Method::HEAD, &path, Body::empty()).await.expect(200);
        assert!(head.body.is_empty());
        let answer = world.anonymous().header("origin", ORIGIN).get(&path).await.expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), ORIGIN);
        assert_eq!(answer.header("access-control-allow-credentials"), "true");
        let preflight = world.anonymous().header("origin", ORIGIN).header("access-control-request-method", "GET");
        let answer = preflight.send(Method::OPTIONS, &path, Body::empty()).await.expect(200);
        assert!(answer.header("access-control-allow-methods").contains("GET"));
        assert!(answer.header("access-control-allow-headers").contains("DPoP"));
        assert_eq!(answer.header("access-control-max-age"), "3600");
    }
}

#[tokio::test]
async fn the_key_set_has_keycloaks_members_and_every_key_that_tokens_need() {
    let world = super::world_with(|file| {
        super::client(file, "web")["attributes"] = json!({"access.token.signed.response.alg": "ES256"});
    })
    .await;
    let answer = world.anonymous().get(&format!("{BASE}/certs")).await.expect(200);
    assert_eq!(answer.header("cache-control"), "no-cache");
    let set = answer.json();
    let by_kind = |kty: &str| set["keys"].as_array().unwrap().iter().find(|key| key["kty"] == kty).cloned().unwrap();
    assert_eq!(keys(&by_kind("RSA")), ["kid", "kty", "alg", "use", "x5c", "x5t", "x5t#S256", "n", "e"]);
    assert_eq!(keys(&by_kind("EC")), ["kid", "kty", "alg", "use", "crv", "x", "y"]);
    let typed = world.anonymous().header("accept", "application/jwk-set+json").get(&format!("{BASE}/certs")).await;
    assert_eq!(typed.header("content-type"), "application/jwk-set+json");
}
