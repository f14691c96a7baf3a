use super::*;

use axum::body::{Body, to_bytes};
use axum::response::Response;
use http::{Request, StatusCode};
use identity::testing::TestStore;
use protocol::WebSettings;
use protocol::web::Connection;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const PUBLIC: &str = "http://localhost:8080";

/// A fresh store with the realm `harbour`, and the router on it.
struct House {
    store: TestStore,
    router: Router,
}

async fn house(document: Value, settings: RouterSettings) -> House {
    let store = TestStore::sqlite().await;
    store.add_realm("harbour", document).await;
    let portreeve = crate::portreeve(store.identity.clone(), WebSettings::new(PUBLIC), Arc::new(outbound::NoFetch));
    let portreeve = portreeve.expect("plugins");
    let router = router(&portreeve, &settings);
    House { store, router }
}

impl House {
    async fn send(&self, request: http::request::Builder, body: Body) -> (StatusCode, http::HeaderMap, String) {
        let address = "192.0.2.7".parse().expect("an address");
        let request = request.extension(Connection { address, secure: true }).body(body).expect("a request");
        read(self.router.clone().oneshot(request).await.expect("infallible")).await
    }

    async fn get(&self, path: &str) -> (StatusCode, http::HeaderMap, String) {
        self.send(Request::get(path), Body::empty()).await
    }
}

async fn read(response: Response) -> (StatusCode, http::HeaderMap, String) {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.expect("a body");
    (parts.status, parts.headers, String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test]
async fn a_realms_document_is_keycloaks() {
    let house = house(json!({ "notBefore": 7 }), RouterSettings::default()).await;
    let (status, headers, body) =
        house.send(Request::get("/realms/harbour").header("origin", "https://app.example"), Body::empty()).await;
    assert_eq!(
        (status, &headers["content-type"], &headers["cache-control"]),
        (StatusCode::OK, &"application/json;charset=UTF-8".parse().unwrap(), &"no-cache".parse().unwrap())
    );
    assert_eq!(headers["access-control-allow-origin"], "https://app.example");
    let document: Value = serde_json::from_str(&body).expect("JSON");
    let realm = house.store.realm("harbour").await;
    let key = realm.keys().active(crypto::algorithm::Algorithm::Rs256).expect("made at first need");
    assert_eq!(document["realm"], "harbour");
    assert_eq!(document["token-service"], format!("{PUBLIC}/realms/harbour/protocol/openid-connect"));
    assert_eq!(document["account-service"], format!("{PUBLIC}/realms/harbour/account"));
    assert_eq!(document["tokens-not-before"], 7);
    assert_eq!(
        document["public_key"],
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, key.pair.spki_der())
    );
    let (status, _, again) = house.get("/realms/harbour/").await;
    assert_eq!((status, again), (StatusCode::OK, body));
    let (status, _, body) = house.send(Request::head("/realms/harbour"), Body::empty()).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, ""));
    let (status, headers, _) =
        house.send(Request::options("/realms/harbour").header("origin", "https://app.example"), Body::empty()).await;
    assert_eq!((status, &headers["access-control-max-age"]), (StatusCode::OK, &"3600".parse().unwrap()));
}

#[tokio::test]
async fn what_is_not_there_is_answered_in_keycloaks_words() {
    let house = house(Value::Null, RouterSettings::default()).await;
    for (path, words) in [
        ("/nonsense", "Unable to find matching target resource method"),
        ("/realms/nowhere", "Realm does not exist"),
        ("/realms/nowhere/.well-known/x", "Realm does not exist"),
        ("/realms/harbour/nonsense", "HTTP 404 Not Found"),
        ("/realms/harbour/protocol/openid-connect/nonsense", "HTTP 404 Not Found"),
        ("/realms/harbour/protocol/docker-v2/nonsense", "HTTP 404 Not Found"),
    ] {
        let (status, headers, body) = house.get(path).await;
        assert_eq!((status, body), (StatusCode::NOT_FOUND, json!({ "error": words }).to_string()), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert!(headers.contains_key("strict-transport-security") && headers.contains_key("x-request-id"));
    }
    let (status, _, body) = house.send(Request::delete("/realms/harbour"), Body::empty()).await;
    assert_eq!((status, body.as_str()), (StatusCode::METHOD_NOT_ALLOWED, r#"{"error":"HTTP 405 Method Not Allowed"}"#));
}

#[tokio::test]
async fn a51_paths_that_play_tricks_get_nowhere() {
    let house = house(Value::Null, RouterSettings::default()).await;
    for path in ["/realms/harbour/../harbour", "/realms//harbour", "/realms/%2e%2e/harbour"] {
        let (status, _, body) = house.get(path).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        assert!(body.contains("missingNormalization"), "{body}");
    }
    let long = format!("/realms/{}", "a".repeat(10_000));
    for path in [
        "/realms/..%2fharbour",
        "/realms/harbour%00",
        "/realms/harbour;x=1",
        "/realms/Harbour",
        "/realms/h%C3%A4rbour",
        "/realms/%ff",
        &long,
    ] {
        let (status, _, _) = house.get(path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    let overridden = Request::get("/realms/harbour").header("x-http-method-override", "DELETE");
    assert_eq!(house.send(overridden, Body::empty()).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a45_bodies_that_are_too_large_or_packed_are_refused() {
    let house = house(Value::Null, RouterSettings { body_bytes: 10, ..RouterSettings::default() }).await;
    let path = "/realms/harbour/protocol/docker-v2/auth";
    let large = Request::post(path).header("content-length", "11");
    assert_eq!(house.send(large, Body::from("12345678901")).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let packed = Request::post(path).header("content-encoding", "gzip");
    assert_eq!(house.send(packed, Body::from("x")).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let (status, _, _) = house.send(Request::post(path), Body::from("12345678901")).await;
    assert!(status.is_client_error(), "{status}: without a length the bytes are counted");
}

#[tokio::test]
async fn a49_nothing_is_built_on_a_requests_headers() {
    let house = house(Value::Null, RouterSettings::default()).await;
    let request = Request::get("http://evil.example/realms/harbour")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "gopher")
        .header("forwarded", "host=evil.example;for=127.0.0.1");
    let (status, headers, body) = house.send(request, Body::empty()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!body.contains("evil") && body.contains(PUBLIC));
    assert!(!format!("{headers:?}").contains("evil"));
}

#[tokio::test]
async fn a_disabled_realm_says_so() {
    let house = house(json!({ "enabled": false }), RouterSettings::default()).await;
    let (status, _, body) = house.get("/realms/harbour").await;
    assert_eq!((status, body.as_str()), (StatusCode::FORBIDDEN, r#"{"error":"Realm not enabled"}"#));
}

#[tokio::test]
async fn an_address_that_asks_too_often_waits() {
    let settings = RouterSettings { requests_per_second_per_address: 1, ..RouterSettings::default() };
    let house = house(Value::Null, settings).await;
    for _ in 0..3 {
        assert_eq!(house.get("/realms/harbour").await.0, StatusCode::OK);
    }
    let (status, headers, _) = house.get("/realms/harbour").await;
    assert_eq!((status, &headers["retry-after"]), (StatusCode::TOO_MANY_REQUESTS, &"1".parse().unwrap()));
    house.store.clock.advance(5_000);
    assert_eq!(house.get("/realms/harbour").await.0, StatusCode::OK);
}

#[tokio::test]
async fn the_registry_realm_answers_at_short_paths() {
    let settings = RouterSettings { registry_realm: Some("harbour".to_owned()), ..RouterSettings::default() };
    let house = house(Value::Null, settings).await;
    let long = house.get("/realms/harbour/protocol/docker-v2/auth?service=nobody").await;
    assert!(long.0.is_client_error());
    for path in ["/auth?service=nobody", "/auth/token?service=nobody"] {
        let short = house.get(path).await;
        assert_eq!((short.0, &short.2), (long.0, &long.2), "{path}");
    }
    let without = self::house(Value::Null, RouterSettings::default()).await;
    assert_eq!(without.get("/auth/token?service=nobody").await.0, StatusCode::NOT_FOUND);
}
