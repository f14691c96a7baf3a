//! Client certificates (RFC 8705): who a client is, and what its tokens are bound to.

use crypto::{
    algorithm::KeyKind,
    certificate::{CertificateRequest, self_signed},
    key::KeyPair,
};
use protocol::{WebSettings, web::PeerCertificate};
use serde_json::{Value, json};

use super::{BASE, ISSUER, claims, client, form, keys, last_event, post, realm, refused, text, token, world};
use crate::harness::{Answer, Caller, PUBLIC_URL, World};

const INVALID: &str = "Invalid client or Invalid client credentials";
const ROBOT: [(&str, &str); 2] = [("grant_type", "client_credentials"), ("client_id", "robot")];
const ALIAS: &str = "https://mtls.localhost:8444/realms/port/protocol/openid-connect";

/// A certificate, and its key as a JWK.
fn certificate(name: &str, trusted: bool) -> (PeerCertificate, Value) {
    let key = KeyPair::generate(KeyKind::P256).expect("a key");
    let request = CertificateRequest {
        subject: name,
        dns_names: &[],
        not_before: 1_700_000_000,
        not_after: 4_000_000_000,
        serial: [7; 16],
    };
    let der = self_signed(&key, &request).expect("a certificate");
    (PeerCertificate::new(&der, trusted), serde_json::to_value(key.public_jwk()).expect("a JWK"))
}

/// A server that asks for certificates, with a changed realm.
async fn asking(change: impl FnOnce(&mut Value)) -> World {
    let web = WebSettings { mtls_url: Some("https://mtls.localhost:8444".to_owned()), ..WebSettings::new(PUBLIC_URL) };
    let world = World::reached_by(web).await;
    let mut file = realm::port();
    change(&mut file);
    world.import(file).await;
    world
}

/// `robot` is known by its certificate.
async fn known_by(attributes: Value) -> World {
    asking(move |file| {
        let robot = client(file, "robot");
        robot["clientAuthenticatorType"] = json!("client-x509");
        robot["attributes"] = attributes;
    })
    .await
}

async fn ask(caller: &Caller<'_>, more: &[(&str, &str)]) -> Answer {
    post(caller, "token", &[&ROBOT[..], more].concat()).await
}

#[tokio::test]
async fn discovery_names_the_other_addresses_where_certificates_are_asked_for() {
    let path = "/realms/port/.well-known/openid-configuration";
    let without = world().await.anonymous().get(path).await.json();
    for member in ["mtls_endpoint_aliases", "tls_client_certificate_bound_access_tokens"] {
        assert!(without.get(member).is_none(), "{member}");
    }
    assert!(!without["token_endpoint_auth_methods_supported"].to_string().contains("tls"));

    let world = asking(|_| ()).await;
    let document = world.anonymous().get(path).await.json();
    assert_eq!(document["issuer"], ISSUER);
    assert_eq!(document["token_endpoint"], format!("{ISSUER}/protocol/openid-connect/token"));
    let aliases = &document["mtls_endpoint_aliases"];
    assert_eq!(
        keys(aliases),
        [
            "token_endpoint",
            "revocation_endpoint",
            "introspection_endpoint",
            "device_authorization_endpoint",
            "userinfo_endpoint",
            "pushed_authorization_request_endpoint"
        ]
    );
    assert_eq!(aliases["token_endpoint"], format!("{ALIAS}/token"));
    assert_eq!(document["tls_client_certificate_bound_access_tokens"], true);
    for endpoint in ["token", "introspection", "revocation"] {
        let methods = document[format!("{endpoint}_endpoint_auth_methods_supported")].to_string();
        assert!(methods.contains("\"tls_client_auth\"") && methods.contains("\"self_signed_tls_client_auth\""));
    }
}

#[tokio::test]
async fn a_client_is_known_by_the_name_that_an_authority_vouches_for() {
    let world = known_by(json!({"x509.subjectdn": "CN=robot.example"})).await;
    let (own, _) = certificate("robot.example", true);
    let answer = ask(&world.anonymous().certificate(&own), &[]).await.expect(200);
    assert!(claims(&text(&answer, "access_token")).get("cnf").is_none(), "not bound unless the client wants it");
    let event = world.last_event().await;
    assert_eq!(crate::harness::detail(&event, "client_auth_method"), Some("client-x509"));

    let rows = world.rows().await;
    let (own_make, _) = certificate("robot.example", false);
    let (other, _) = certificate("robot.example.evil", true);
    let pem = crypto::certificate::pem("CERTIFICATE", own.der()).replace('\n', "");
    for (caller, more) in [
        (world.anonymous(), &[][..]),
        (world.anonymous().certificate(&own_make), &[]),
        (world.anonymous().certificate(&other), &[]),
        (world.anonymous(), &[("client_secret", "robot-secret")]),
        (world.anonymous().certificate(&own), &[("client_secret", "robot-secret")]),
        (world.anonymous().basic("robot", "robot-secret"), &[]),
        // A37: what a header says of a certificate means nothing.
        (world.anonymous().header("x-ssl-cert", &pem).header("ssl-client-cert", &pem), &[]),
        (world.anonymous().header("x-forwarded-client-cert", &format!("Cert=\"{pem}\"")), &[]),
    ] {
        refused(&ask(&caller, more).await, 401, "unauthorized_client", INVALID);
        let event = ("CLIENT_LOGIN_ERROR".to_owned(), Some("invalid_client_credentials".to_owned()));
        assert_eq!(last_event(&world).await, event);
    }
    assert_eq!(world.rows().await, rows, "nothing else was written");
}

#[tokio::test]
async fn an_expression_is_compared_with_the_name_as_keycloak_writes_it() {
    let expression = json!({"x509.subjectdn": "CN=robot\\.(one|two)", "x509.allow.regex.pattern.comparison": "true"});
    let world = known_by(expression).await;
    for (name, fits) in [("robot.one", true), ("robot.two", true), ("robot.three", false), ("xrobot.one", false)] {
        let (own, _) = certificate(name, true);
        assert_eq!(ask(&world.anonymous().certificate(&own), &[]).await.status.is_success(), fits, "{name}");
    }
}

#[tokio::test]
async fn a_client_is_known_by_a_certificate_of_its_own_making_whose_key_it_registered() {
    let (own, jwk) = certificate("whatever", false);
    let world = known_by(json!({"use.jwks.string": "true", "jwks.string": json!({"keys": [jwk]}).to_string()})).await;
    ask(&world.anonymous().certificate(&own), &[]).await.expect(200);
    let (other, _) = certificate("whatever", true);
    refused(&ask(&world.anonymous().certificate(&other), &[]).await, 401, "unauthorized_client", INVALID);

    // Nothing registered: nobody is known.
    let world = known_by(json!({})).await;
    refused(&ask(&world.anonymous().certificate(&own), &[]).await, 401, "unauthorized_client", INVALID);
}

#[tokio::test]
async fn a37_a_certificate_is_no_way_round_a_secret() {
    let (own, jwk) = certificate("robot", true);
    let world = asking(|file| {
        client(file, "robot")["attributes"] = json!({"x509.subjectdn": "CN=robot", "use.jwks.string": "true",
            "jwks.string": json!({"keys": [jwk]}).to_string()});
    })
    .await;
    refused(&ask(&world.anonymous().certificate(&own), &[]).await, 401, "unauthorized_client", INVALID);
}

/// `web`'s tokens are bound to its certificate.
async fn bound() -> World {
    asking(|file| {
        let web = client(file, "web");
        web["attributes"] = json!({"tls.client.certificate.bound.access.tokens": "true"});
        // Who introspects a token is in its audience.
        web["protocolMappers"] = json!([{"name": "own", "protocol": "openid-connect",
            "protocolMapper": "oidc-audience-mapper",
            "config": {"included.client.audience": "web", "access.token.claim": "true"}}]);
    })
    .await
}

async fn log_in(caller: &Caller<'_>) -> Answer {
    let pairs = [
        ("grant_type", "password"),
        ("username", "alice"),
        ("password", "pw-alice"),
        ("client_id", "web"),
        ("client_secret", "web-secret"),
        ("scope", "openid"),
    ];
    post(caller, "token", &pairs).await
}

async fn user_info(caller: Caller<'_>, token: &str) -> Answer {
    caller.header("authorization", &format!("Bearer {token}")).get(&format!("{BASE}/userinfo")).await
}

#[tokio::test]
async fn a37_a_bound_token_is_worth_nothing_without_its_certificate() {
    let world = bound().await;
    let ((own, _), (other, _)) = (certificate("web", false), certificate("web", false));
    let with = |certificate: &PeerCertificate| world.anonymous().certificate(certificate);
    let answer = log_in(&with(&own)).await.expect(200);
    let access = text(&answer, "access_token");
    assert_eq!(claims(&access)["cnf"], json!({"x5t#S256": own.thumbprint()}));
    assert_eq!(answer.json()["token_type"], "Bearer");

    user_info(with(&own), &access).await.expect(200);
    let challenge = "Bearer realm=\"port\", error=\"invalid_token\", error_description=\"Client certificate missing, or its \
                     thumbprint and one in the access token did NOT match\"";
    for caller in [world.anonymous(), with(&other), world.anonymous().header("x-ssl-cert", own.thumbprint())] {
        let answer = user_info(caller, &access).await.expect(401);
        assert_eq!(answer.header("www-authenticate"), challenge);
        assert_eq!(last_event(&world).await, ("USER_INFO_REQUEST_ERROR".into(), Some("not_allowed".into())));
    }

    // Introspection tells of the binding; whoever asked checks it.
    let pairs = [("token", &*access), ("client_id", "web"), ("client_secret", "web-secret")];
    let told = post(&world.anonymous(), "token/introspect", &pairs).await.expect(200).json();
    assert_eq!((&told["active"], &told["cnf"]), (&json!(true), &json!({"x5t#S256": own.thumbprint()})));

    let rows = world.rows().await;
    refused(
        &log_in(&world.anonymous()).await,
        400,
        "invalid_request",
        "Client Certification missing for MTLS HoK Token Binding",
    );
    assert_eq!(last_event(&world).await, ("LOGIN_ERROR".into(), Some("invalid_request".into())));
    assert_eq!(world.rows().await, rows);
}

#[tokio::test]
async fn a37_a_refresh_token_is_bound_to_the_same_certificate() {
    let world = bound().await;
    let ((own, _), (other, _)) = (certificate("web", false), certificate("web", false));
    let refresh = text(&log_in(&world.anonymous().certificate(&own)).await.expect(200), "refresh_token");
    let again = async |caller: Caller<'_>| {
        let pairs = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &*refresh),
            ("client_id", "web"),
            ("client_secret", "web-secret"),
        ];
        post(&caller, "token", &pairs).await
    };
    let rows = world.rows().await;
    for caller in [world.anonymous(), world.anonymous().certificate(&other)] {
        refused(
            &again(caller).await,
            401,
            "unauthorized_client",
            "Client certificate missing, or its thumbprint and one in the refresh token did NOT match",
        );
        assert_eq!(last_event(&world).await, ("REFRESH_TOKEN_ERROR".into(), Some("not_allowed".into())));
    }
    assert_eq!(world.rows().await, rows);
    let answer = again(world.anonymous().certificate(&own)).await.expect(200);
    let access = text(&answer, "access_token");
    assert_eq!(claims(&access)["cnf"], json!({"x5t#S256": own.thumbprint()}));
}

#[tokio::test]
async fn a37_no_bound_token_comes_from_the_browser() {
    let world = asking(|file| {
        let web = client(file, "web");
        web["attributes"] = json!({"tls.client.certificate.bound.access.tokens": "true"});
        web["implicitFlowEnabled"] = json!(true);
    })
    .await;
    let query = form(&[
        ("client_id", "web"),
        ("redirect_uri", realm::BACK),
        ("response_type", "token"),
        ("nonce", "n"),
        ("scope", "openid"),
    ]);
    let answer = world.anonymous().get(&format!("{BASE}/auth?{query}")).await.expect(302);
    assert!(answer.header("location").contains("error=invalid_request"), "{}", answer.header("location"));
}

#[tokio::test]
async fn a_token_that_is_not_bound_is_taken_with_any_certificate() {
    let world = asking(|_| ()).await;
    let (some, _) = certificate("whoever", true);
    let pairs = [
        ("grant_type", "password"),
        ("username", "alice"),
        ("password", "pw-alice"),
        ("client_id", "web"),
        ("client_secret", "web-secret"),
        ("scope", "openid"),
    ];
    let access = text(&token(&world, &pairs).await.expect(200), "access_token");
    user_info(world.anonymous().certificate(&some), &access).await.expect(200);
}
