//! The doors themselves: methods, aliases, CORS, headers, proxies.

use axum::{body::Body, http::Method};

use super::ask;
use crate::harness::{DOOR, World};

#[tokio::test]
async fn t46_head_options_alias_and_trailing_slash_answer_themselves() {
    let world = World::port().await;
    let path = ask("registry", &["repository:team-a/app:pull"]);
    let head = world.person("bob").send(Method::HEAD, &path, Body::empty()).await.expect(200);
    assert!(head.body.is_empty());
    for same in [path.replace("/auth?", "/auth/?"), path.replace("/auth?", "/token?")] {
        assert_eq!(world.person("bob").get(&same).await.token().access(), ["repository:team-a/app:pull"], "{same}");
    }
    let options = world.anonymous().send(Method::OPTIONS, DOOR, Body::empty()).await;
    assert!(options.status.is_success(), "{}", options.status);
    let put = world.person("bob").send(Method::PUT, &path, Body::empty()).await;
    assert_eq!(put.status.as_u16(), 405);
}

#[tokio::test]
async fn t46_a_preflight_needs_no_credentials_and_follows_the_clients_origins() {
    let world =
        World::port_with(|realm| realm["clients"][0]["webOrigins"] = serde_json::json!(["https://ui.example"])).await;
    let path = ask("registry", &[]);
    let preflight = world
        .anonymous()
        .header("origin", "https://ui.example")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "authorization");
    let answer = preflight.send(Method::OPTIONS, &path, Body::empty()).await;
    assert!(answer.status.is_success());
    assert_eq!(answer.header("access-control-allow-origin"), "https://ui.example");
    assert!(answer.header("access-control-allow-headers").to_ascii_lowercase().contains("authorization"));
    let answer = world.person("bob").header("origin", "https://ui.example").get(&path).await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "https://ui.example");
    let answer = world.person("bob").header("origin", "https://evil.example").get(&path).await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "");
    // An error is readable by the page too.
    let answer = world.anonymous().header("origin", "https://ui.example").get(&path).await.expect(401);
    assert_eq!(answer.header("access-control-allow-origin"), "https://ui.example");
}

#[tokio::test]
async fn a54_every_answer_has_the_security_headers() {
    let world = World::port().await;
    for path in [ask("registry", &[]), ask("nothing", &[]), "/realms/nowhere".to_owned(), "/nothing".to_owned()] {
        let answer = world.person("bob").get(&path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert!(answer.headers.get("set-cookie").is_none(), "{path}");
    }
}

#[tokio::test]
async fn a49_hosts_and_forwarded_words_from_strangers_change_nothing() {
    let world = World::port().await;
    let path = ask("registry", &[]);
    let plain = world.person("bob").get(&path).await.token().claims()["iss"].clone();
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-prefix", "/evil"),
        ("forwarded", "host=evil.example;proto=https"),
    ] {
        let token = world.person("bob").header(name, value).get(&path).await.token();
        assert_eq!(token.claims()["iss"], plain, "{name}");
    }
}

#[tokio::test]
async fn a50_a_spoofed_forwarded_address_is_not_the_address() {
    let world = World::port().await;
    world
        .person("bob")
        .header("x-forwarded-for", "10.0.0.1")
        .from("203.0.113.9")
        .get(&ask("registry", &[]))
        .await
        .expect(200);
    let event = world.last_event().await;
    assert_eq!(event.address.map(|a| a.to_string()).as_deref(), Some("203.0.113.9"));
}

#[tokio::test]
async fn a_realm_that_wants_tls_refuses_plain_http() {
    for (mode, address, status) in [
        ("all", "127.0.0.1", 400),
        ("external", "203.0.113.9", 400),
        ("external", "10.1.2.3", 200),
        ("none", "203.0.113.9", 200),
    ] {
        let world = World::port_with(|realm| realm["sslRequired"] = mode.into()).await;
        let answer = world.person("bob").from(address).get(&ask("registry", &[])).await;
        assert_eq!(answer.status.as_u16(), status, "{mode} from {address}: {}", answer.text());
        if status == 400 {
            assert!(answer.json()["errors"].is_array());
            assert_eq!(world.last_event().await.error.as_deref(), Some("ssl_required"));
        }
    }
}

#[tokio::test]
async fn a56_cookies_of_a_browser_are_neither_read_nor_set() {
    let world = World::port().await;
    let cookies = "KEYCLOAK_IDENTITY=x; AUTH_SESSION_ID=y; KEYCLOAK_SESSION=z";
    let answer = world.person("bob").header("cookie", cookies).get(&ask("registry", &[])).await.expect(200);
    assert!(answer.headers.get("set-cookie").is_none());
    assert_eq!(answer.token().claims()["sub"], "bob");
}

#[tokio::test]
async fn oidc_parameters_mean_nothing_here() {
    let world = World::port().await;
    for extra in [
        "max_age=abc",
        "request=x",
        "request=x&request_uri=y",
        "prompt=none",
        "frobnicate=1",
        "client_id=a&client_id=b",
    ] {
        world.person("bob").get(&format!("{}&{extra}", ask("registry", &[]))).await.expect(200);
    }
}
