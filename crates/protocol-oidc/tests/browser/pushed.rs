//! Pushed authorization requests, and request objects.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::mac::{MacAlgorithm, MacHeader, MacKey};
use http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{BASE, CALLBACK, House, ISSUER, query, value};

const PUSHED: [(&str, &str); 6] = [
    ("client_id", "web"),
    ("client_secret", "web-secret"),
    ("redirect_uri", CALLBACK),
    ("response_type", "code"),
    ("scope", "openid"),
    ("state", "pushed"),
];

fn par() -> String {
    format!("{BASE}/ext/par/request")
}

fn pushed_with(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut form = PUSHED.to_vec();
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    form
}

/// A request object that the client's secret authenticates.
fn object(claims: &Value, secret: &str) -> String {
    let key = MacKey::new(MacAlgorithm::Hs256, secret.as_bytes());
    crypto::mac::sign(&key, &MacHeader::new(MacAlgorithm::Hs256, "JWT", "").unwrap(), claims).unwrap()
}

fn good(house: &House) -> Value {
    let now = house.store.identity.clock().now().seconds();
    json!({
        "iss": "web", "aud": ISSUER, "client_id": "web", "exp": now + 60, "redirect_uri": CALLBACK, "response_type": "code",
        "scope": "openid", "state": "inside",
    })
}

#[tokio::test]
async fn what_was_pushed_is_used_once_and_by_its_client() {
    let house = House::build().await;
    let answer = house.post(&par(), &PUSHED, "").await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let pushed = answer.json();
    let urn = pushed["request_uri"].as_str().unwrap().to_owned();
    assert!(urn.starts_with("urn:ietf:params:oauth:request_uri:"));
    assert_eq!(
        (pushed["expires_in"].as_i64(), &answer.headers["cache-control"]),
        (Some(60), &"no-store".parse().unwrap())
    );
    assert_eq!(&*house.last_event().await.kind, "PUSHED_AUTHORIZATION_REQUEST");

    // What stands beside the address does not count.
    let used = format!("{BASE}/auth?client_id=web&state=outside&request_uri={urn}");
    let returned = house.get(&used, "").await.returned('?');
    assert_eq!((value(&returned, "state"), value(&returned, "code").is_some()), (Some("pushed"), true));
    let again = house.get(&used, "").await;
    assert_eq!((again.status.as_u16(), again.json()["message"].as_str()), (400, Some("invalidRequestMessage")));

    let other = house.post(&par(), &PUSHED, "").await.json()["request_uri"].as_str().unwrap().to_owned();
    let stolen = house.get(&format!("{BASE}/auth?client_id=hybrid&request_uri={other}"), "").await;
    assert_eq!(stolen.status, StatusCode::BAD_REQUEST);

    let late = house.post(&par(), &PUSHED, "").await.json()["request_uri"].as_str().unwrap().to_owned();
    house.store.clock.advance(61_000);
    assert_eq!(
        house.get(&format!("{BASE}/auth?client_id=web&request_uri={late}"), "").await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn what_is_wrong_is_told_when_it_is_pushed() {
    let house = House::build().await;
    for (changes, status, error) in [
        (&[("client_secret", "wrong")][..], 401, "unauthorized_client"),
        (&[("redirect_uri", "https://evil.example/cb")], 400, "invalid_request"),
        (&[("response_type", "frobnicate")], 400, "unsupported_response_type"),
        (&[("scope", "openid frobnicate")], 400, "invalid_scope"),
        (&[("code_challenge_method", "S256")], 400, "invalid_request"),
        (&[("max_age", "abc")], 400, "invalid_request"),
        (&[("request_uri", "urn:ietf:params:oauth:request_uri:x")], 400, "invalid_request"),
        (&[("request", "abc")], 400, "invalid_request_object"),
        (&[("resource", "relative")], 400, "invalid_target"),
    ] {
        let answer = house.post(&par(), &pushed_with(changes), "").await;
        assert_eq!((answer.status.as_u16(), answer.json()["error"].as_str()), (status, Some(error)), "{changes:?}");
        let event = house.last_event().await;
        assert_eq!((&*event.kind, event.error.is_some()), ("PUSHED_AUTHORIZATION_REQUEST_ERROR", true), "{changes:?}");
    }
    let mut twice = PUSHED.to_vec();
    twice.push(("state", "again"));
    assert_eq!(house.post(&par(), &twice, "").await.status, StatusCode::BAD_REQUEST, "A47");
    assert_eq!(house.written().await, (0, 0, 0));
}

#[tokio::test]
async fn a_client_that_must_push_gets_nothing_by_the_browser_alone() {
    let house = House::build().await;
    house.change_client("web", json!({ "attributes": { "require.pushed.authorization.requests": "true" } })).await;
    let returned = house.authorize(&[]).await.returned('?');
    assert_eq!(value(&returned, "error_description"), Some("Pushed Authorization Request is only allowed."));
    let urn = house.post(&par(), &PUSHED, "").await.json()["request_uri"].as_str().unwrap().to_owned();
    let returned = house.get(&format!("{BASE}/auth?client_id=web&request_uri={urn}"), "").await.returned('?');
    assert!(value(&returned, "code").is_some());
}

#[tokio::test]
async fn a30_what_is_inside_a_request_object_counts() {
    let house = House::build().await;
    let object = object(&good(&house), "web-secret");
    let answer =
        house.authorize(&[("request", &object), ("state", "outside"), ("redirect_uri", "https://evil.example/")]).await;
    assert_eq!(value(&answer.returned('?'), "state"), Some("inside"));
    // The same, pushed.
    let form = [("client_id", "web"), ("client_secret", "web-secret"), ("request", &*object)];
    let urn = house.post(&par(), &form, "").await.json()["request_uri"].as_str().unwrap().to_owned();
    let returned = house.get(&format!("{BASE}/auth?client_id=web&request_uri={urn}"), "").await.returned('?');
    assert_eq!(value(&returned, "state"), Some("inside"));
}

#[tokio::test]
async fn a29_an_object_that_is_not_the_clients_or_not_for_now_is_refused() {
    let house = House::build().await;
    let change = |name: &str, value: Value| {
        let mut claims = good(&house);
        claims[name] = value;
        object(&claims, "web-secret")
    };
    let none = {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.", part(&json!({ "alg": "none" })), part(&good(&house)))
    };
    let signed = object(&good(&house), "web-secret");
    let body = signed.rsplit_once('.').unwrap().0;
    for (what, object) in [
        ("none", none),
        ("another secret", object(&good(&house), "other")),
        ("no signature", format!("{body}.")),
        ("expired", change("exp", json!(1))),
        ("no time", change("exp", json!("soon"))),
        ("not yet", change("nbf", json!(good(&house)["exp"].as_i64().unwrap() + 1000))),
        ("for somebody else", change("aud", json!("https://other.example"))),
        ("of another", change("iss", json!("hybrid"))),
        ("for another", change("client_id", json!("hybrid"))),
        ("nested", change("request", json!("x"))),
        ("encrypted", "a.b.c.d.e".to_owned()),
    ] {
        let answer = house.authorize(&[("request", &object)]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["message"].as_str()),
            (400, Some("invalidRequestMessage")),
            "{what}"
        );
        let event = house.last_event().await;
        assert_eq!((&*event.kind, event.error.as_deref()), ("LOGIN_ERROR", Some("invalid_request")), "{what}");
    }
    let both = house.authorize(&[("request", &signed), ("request_uri", "https://app.example/r")]).await;
    assert_eq!(both.status, StatusCode::BAD_REQUEST);
    assert_eq!(house.written().await, (0, 0, 0));
}

#[tokio::test]
async fn a27_only_a_registered_address_is_asked_for_an_object() {
    let house = House::build().await;
    house
        .change_client(
            "web",
            json!({ "attributes": { "request.uris": "https://app.example/r##https://app.example/s" } }),
        )
        .await;
    house.outside.documents.lock().unwrap().push(("https://app.example/s".into(), object(&good(&house), "web-secret")));
    let answer = house.authorize(&[("request_uri", "https://app.example/s#digest")]).await;
    assert_eq!(value(&answer.returned('?'), "state"), Some("inside"));
    for address in [
        "http://169.254.169.254/",
        "http://127.0.0.1/",
        "file:///etc/passwd",
        "gopher://app.example/s",
        "https://app.example/r/../s",
        "https://app.example@evil.example/s",
    ] {
        assert_eq!(house.authorize(&[("request_uri", address)]).await.status, StatusCode::BAD_REQUEST, "{address}");
    }
    assert_eq!(*house.outside.asked.lock().unwrap(), ["https://app.example/s"]);
}

#[tokio::test]
async fn a_client_may_have_to_sign_its_requests() {
    let house = House::build().await;
    for (wanted, plain, by_value) in [
        ("not required", true, true),
        ("request only", false, true),
        ("request or request_uri", false, true),
        ("request_uri only", false, false),
    ] {
        house.change_client("web", json!({ "attributes": { "request.object.required": wanted } })).await;
        let object = object(&good(&house), "web-secret");
        let answer = house.authorize(&[]).await;
        assert_eq!(answer.status == StatusCode::FOUND, plain, "{wanted}");
        let answer = house.get(&format!("{BASE}/auth?{}", query(&[("request", &object)])), "").await;
        assert_eq!(answer.status == StatusCode::FOUND, by_value, "{wanted}");
    }
}
