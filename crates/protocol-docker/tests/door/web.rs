//! Methods, addresses, origins, TLS and proxies.

use axum::body::Body;
use http::{Method, Request, StatusCode};
use protocol::OutcomeKind;
use protocol::web::Connection;
use protocol_docker::{DockerV2, registry_alias};
use serde_json::json;

use crate::harness::{AUTH, House, PASSWORD, get, post};

const ALICE: Option<(&str, &str)> = Some(("alice", PASSWORD));

fn with(method: Method, uri: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = get(uri, ALICE);
    *request.method_mut() = method;
    for (name, value) in headers {
        request.headers_mut().insert(http::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
    }
    request
}

#[tokio::test]
async fn t46_the_address_answers_itself_under_all_its_names() {
    let house = House::build().await;
    let base = "/realms/harbour/protocol/docker-v2";
    for path in ["/auth", "/auth/", "/token", "/token/"] {
        let uri = format!("{base}{path}?service=registry");
        assert_eq!(house.send(get(&uri, ALICE)).await.status, 200, "{path}");
        let head = house.send(with(Method::HEAD, &uri, &[])).await;
        assert_eq!((head.status.as_u16(), head.bytes.len()), (200, 0), "{path}");
        assert_eq!(house.send(with(Method::OPTIONS, &uri, &[])).await.headers["allow"], "GET, HEAD, POST, OPTIONS");
        let put = house.send(with(Method::PUT, &uri, &[])).await;
        assert_eq!(
            (put.status.as_u16(), put.json()["error"].as_str()),
            (405, Some("HTTP 405 Method Not Allowed")),
            "{path}"
        );
    }
    let nothing = house.send(get(&format!("{base}/nothing"), ALICE)).await;
    assert_eq!((nothing.status.as_u16(), nothing.headers["content-type"].to_str().unwrap()), (404, "application/json"));
}

#[tokio::test]
async fn a51_a_realm_is_found_by_its_exact_name_alone() {
    let house = House::build().await;
    let long = "x".repeat(10_000);
    for realm in ["nowhere", "Harbour", "harbour;x=1", "..%2fharbour", "harbour%00", "%ff", long.as_str()] {
        let answer = house.send(get(&format!("/realms/{realm}/protocol/docker-v2/auth?service=registry"), ALICE)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{realm}");
        assert_eq!(answer.json()["error"], "Realm does not exist");
    }
}

#[tokio::test]
async fn a_disabled_realm_and_a_realm_that_wants_tls_refuse_in_json() {
    let house = House::build().await;
    let outside = |secure| Connection { address: [192, 0, 2, 1].into(), secure };
    let mut request = get(&format!("{AUTH}?service=registry"), ALICE);
    request.extensions_mut().insert(outside(false));
    let answer = house.send(request).await;
    assert_eq!((answer.status.as_u16(), answer.message().as_str()), (400, "HTTPS required"));
    assert_eq!(house.last_event().await.1.as_deref(), Some("ssl_required"));
    let mut request = get(&format!("{AUTH}?service=registry"), ALICE);
    request.extensions_mut().insert(outside(true));
    assert_eq!(house.send(request).await.status, 200);

    let realm = house.realm().await;
    let mut tx = house.store.identity.begin().await.unwrap();
    tx.change_realm(&realm.id, json!({ "enabled": false })).await.unwrap();
    tx.commit().await.unwrap();
    let answer = house.get("service=registry", ALICE).await;
    assert_eq!((answer.status.as_u16(), answer.message().as_str()), (400, "Realm not enabled"));
    assert_eq!(house.last_event().await.1.as_deref(), Some("realm_disabled"));
}

#[tokio::test]
async fn t44_a_network_rule_sees_through_trusted_proxies_only() {
    let house = House::build().await.behind_proxies(&["127.0.0.0/8"]);
    let rule = [("subject", "anyone"), ("name", "**"), ("actions", "pull"), ("networks", "198.51.100.0/24")];
    house.rules("registry", &[&rule]).await;
    let uri = format!("{AUTH}?service=registry&scope=repository:a:pull");
    let ask = |from: [u8; 4], forwarded: &'static str| {
        let mut request = with(Method::GET, &uri, &[("x-forwarded-for", forwarded), ("x-forwarded-proto", "https")]);
        request.headers_mut().remove("authorization");
        request.extensions_mut().insert(Connection { address: from.into(), secure: true });
        house.send(request)
    };
    assert_eq!(ask([127, 0, 0, 1], "198.51.100.9").await.status, 200);
    assert_eq!(ask([127, 0, 0, 1], "198.51.100.9, 203.0.113.1").await.status, 401, "the rightmost untrusted counts");
    assert_eq!(ask([203, 0, 113, 1], "198.51.100.9").await.status, 401, "a spoofed header is ignored");
    let event = house.events().await.into_iter().next().unwrap();
    assert_eq!(event.address.unwrap().to_string(), "203.0.113.1");
}

#[tokio::test]
async fn a49_the_issuer_never_comes_from_the_request() {
    let house = House::build().await;
    let headers = [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")];
    let answer = house.send(with(Method::GET, &format!("{AUTH}?service=registry"), &headers)).await;
    assert_eq!(answer.claims()["iss"], "https://id.example/realms/harbour");
}

#[tokio::test]
async fn cors_is_for_the_clients_own_origins() {
    let house = House::build().await;
    let uri = format!("{AUTH}?service=registry");
    let preflight = |origin: &'static str, uri: &str| {
        let mut request = with(Method::OPTIONS, uri, &[("origin", origin), ("access-control-request-method", "GET")]);
        request.headers_mut().remove("authorization");
        house.send(request)
    };
    for uri in [uri.as_str(), AUTH] {
        let allowed = preflight("https://ui.example", uri).await;
        assert_eq!(allowed.status, 200);
        assert_eq!(allowed.headers["access-control-allow-origin"], "https://ui.example");
        assert!(allowed.headers["access-control-allow-headers"].to_str().unwrap().contains("Authorization"));
        assert!(!preflight("https://evil.example", uri).await.headers.contains_key("access-control-allow-origin"));
    }
    let read = |origin: &'static str| house.send(with(Method::GET, &uri, &[("origin", origin)]));
    assert_eq!(read("https://ui.example").await.headers["access-control-allow-origin"], "https://ui.example");
    assert!(!read("https://evil.example").await.headers.contains_key("access-control-allow-origin"));
    // The page may read why it was refused, too.
    let mut wrong = with(Method::GET, &uri, &[("origin", "https://ui.example")]);
    wrong.headers_mut().remove("authorization");
    let wrong = house.send(wrong).await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.headers["access-control-expose-headers"].to_str().unwrap().contains("WWW-Authenticate"));
}

#[tokio::test]
async fn t45_one_realm_may_answer_where_registries_redirect_to() {
    let mut house = House::build().await;
    house.router = registry_alias::router(&DockerV2::default(), "harbour").with_state(house.portreeve.clone());
    for path in ["/auth/token", "/auth"] {
        let answer = house.send(get(&format!("{path}?service=registry"), ALICE)).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.claims()["iss"], "https://id.example/realms/harbour");
        let form = "grant_type=password&service=registry&username=alice&password=correct%3A+horse";
        assert_eq!(house.send(post(path, form)).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn t15_a48_rubbish_is_never_a_fault() {
    let house = House::build().await;
    let many = "repository:a:pull%20".repeat(1_000);
    for query in [
        "service=registry&scope=%00",
        "service=registry&scope=::",
        "service=registry&scope=%ff%fe",
        "service=registry&max_age=abc&request=x&request_uri=y",
        "%=%&&&=",
        "service=%F0%9F%90%B3",
        &format!("service=registry&scope={many}"),
    ] {
        let answer = house.get(query, ALICE).await;
        assert!(answer.status.as_u16() < 500, "{query}: {}", answer.status);
        assert_eq!(answer.headers["content-type"], "application/json", "{query}");
    }
    assert_eq!(house.portreeve.metrics.counted("docker-v2", OutcomeKind::Fault), 0);
}
