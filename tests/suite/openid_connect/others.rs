//! What is read from other servers, and told to them.

use std::time::Duration;

use axum::http::Method;
use crypto::{
    algorithm::{Algorithm, KeyKind},
    jws::{self, EncodedHeader},
    key::KeyPair,
};
use protocol::NoticeKind;
use serde_json::{Value, json};

use super::{ISSUER, claims, client, form, last_event, log_in, post, realm::BACK, refused, text, token, world_with};
use crate::harness::{Answer, World, answer::Token, detail, outside::Outside};

const INVALID: &str = "Invalid client or Invalid client credentials";
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client's key under an id.
struct Signer {
    key: KeyPair,
    kid: &'static str,
}

impl Signer {
    fn new(kid: &'static str) -> Self {
        Self { key: KeyPair::generate(KeyKind::P256).expect("a key"), kid }
    }

    fn set(&self) -> String {
        let mut jwk = serde_json::to_value(self.key.public_jwk()).expect("a JWK");
        jwk["kid"] = json!(self.kid);
        json!({"keys": [jwk]}).to_string()
    }

    fn sign(&self, claims: &Value) -> String {
        let header = EncodedHeader::new(Algorithm::Es256, "JWT", self.kid, None).expect("a header");
        jws::sign(&self.key, Algorithm::Es256, &header, claims).expect("a signature")
    }

    async fn ask(&self, world: &World, jti: &str) -> Answer {
        let now = world.clock_seconds();
        let claims = json!({"iss": "robot", "sub": "robot", "aud": ISSUER, "jti": jti, "exp": now + 60, "iat": now});
        let assertion = self.sign(&claims);
        let pairs =
            [("grant_type", "client_credentials"), ("client_assertion_type", TYPE), ("client_assertion", &*assertion)];
        token(world, &pairs).await
    }
}

/// `robot` keeps its keys at an address.
async fn keys_at(url: String) -> World {
    world_with(|file| {
        let robot = client(file, "robot");
        robot["clientAuthenticatorType"] = json!("client-jwt");
        robot["attributes"] = json!({"use.jwks.url": "true", "jwks.url": url});
    })
    .await
}

#[tokio::test]
async fn a28_a_clients_keys_are_read_from_its_address_and_not_too_often() {
    let mut app = Outside::start().await;
    let (one, two) = (Signer::new("one"), Signer::new("two"));
    app.put(200, one.set());
    let world = keys_at(app.url("/keys")).await;
    one.ask(&world, "1").await.expect(200);
    one.ask(&world, "2").await.expect(200);
    let asked = app.asked().await;
    assert_eq!((asked.method, &*asked.path, &*asked.body), (Method::GET, "/keys", ""));
    assert_eq!(app.count(), 0, "kept");

    // A new key is looked for; ids that nobody has are no reason to ask again and again.
    app.put(200, two.set());
    world.clock.advance(10_000);
    two.ask(&world, "3").await.expect(200);
    assert_eq!(app.count(), 1);
    let rows = world.rows().await;
    for jti in ["4", "5", "6"] {
        refused(&Signer::new("forged").ask(&world, jti).await, 401, "invalid_client", INVALID);
    }
    assert_eq!(last_event(&world).await, ("CLIENT_LOGIN_ERROR".into(), Some("invalid_client_credentials".into())));
    assert_eq!((app.count(), world.rows().await), (0, rows));
}

#[tokio::test]
async fn a28_keys_that_cannot_be_had_are_told_apart_by_nobody() {
    let mut app = Outside::start().await;
    let signer = Signer::new("one");
    for (url, status, body) in [
        (app.url("/keys"), 404, signer.set()),
        (app.url("/keys"), 302, signer.set()),
        (app.url("/keys"), 200, "[]".to_owned()),
        (app.url("/keys"), 200, "a".repeat(100_000)),
        ("http://169.254.169.254/latest/meta-data/".to_owned(), 200, signer.set()),
        ("https://10.0.0.1/keys".to_owned(), 200, signer.set()),
        ("https://[::1]/keys".to_owned(), 200, signer.set()),
        ("file:///etc/passwd".to_owned(), 200, signer.set()),
        ("/keys".to_owned(), 200, signer.set()),
    ] {
        app.put(status, body);
        let world = keys_at(url.clone()).await;
        let rows = world.rows().await;
        refused(&signer.ask(&world, "1").await, 401, "invalid_client", INVALID);
        let event = world.last_event().await;
        assert_eq!((&*event.kind, event.error.as_deref()), ("CLIENT_LOGIN_ERROR", Some("invalid_client_credentials")));
        assert_eq!(detail(&event, "reason"), Some(INVALID), "{url}");
        assert_eq!(world.rows().await, rows, "{url}");
    }
    assert_eq!(app.count(), 4, "nobody but the client's own server was asked");
}

/// The authorization endpoint is asked for a request object at an address.
async fn by_address(world: &World, url: &str) -> Answer {
    let query = form(&[("client_id", "web"), ("request_uri", url)]);
    world.anonymous().get(&format!("{}/auth?{query}", super::BASE)).await
}

#[tokio::test]
async fn a27_a_request_object_is_read_where_it_was_registered_and_nowhere_else() {
    let mut app = Outside::start().await;
    let signer = Signer::new("one");
    let registered = [
        app.url("/object"),
        "http://169.254.169.254/object".to_owned(),
        "http://127.0.0.2:1/object".to_owned(),
        "https://[::ffff:7f00:1]/object".to_owned(),
        "https://2130706433/object".to_owned(),
        "gopher://127.0.0.1/object".to_owned(),
    ];
    let (set, uris) = (signer.set(), registered.join("##"));
    let world = world_with(|file| {
        client(file, "web")["attributes"] =
            json!({"use.jwks.string": "true", "jwks.string": set, "request.uris": uris});
    })
    .await;
    let now = world.clock_seconds();
    let object = json!({"iss": "web", "aud": ISSUER, "client_id": "web", "exp": now + 60, "redirect_uri": BACK,
        "response_type": "code", "scope": "openid", "state": "inside", "prompt": "none"});
    app.put(200, signer.sign(&object));
    let answer = by_address(&world, &registered[0]).await.expect(302);
    let location = answer.header("location").to_owned();
    assert!(location.starts_with(BACK) && location.contains("state=inside"), "{location}");
    assert_eq!(app.asked().await.path, "/object");

    let rows = world.rows().await;
    let mut pages = Vec::new();
    for url in &registered[1..] {
        let answer = by_address(&world, url).await.expect(400);
        let event = world.last_event().await;
        assert_eq!((&*event.kind, event.error.as_deref()), ("LOGIN_ERROR", Some("invalid_request")), "{url}");
        pages.push((answer.text(), detail(&event, "reason").map(str::to_owned)));
    }
    app.put(302, "");
    let answer = by_address(&world, &registered[0]).await.expect(400);
    pages.push((answer.text(), detail(&world.last_event().await, "reason").map(str::to_owned)));
    assert!(pages.iter().all(|page| *page == pages[0]), "every failure reads the same");
    assert_eq!(app.count(), 1);
    by_address(&world, &app.url("/other")).await.expect(400);
    assert_eq!((app.count(), world.rows().await), (0, rows), "what is not registered is not asked");
}

/// `web` wants to be told of log-outs.
async fn told_at(url: String, more: Value) -> World {
    world_with(move |file| {
        let web = client(file, "web");
        web["attributes"] = json!({"backchannel.logout.url": url, "id.token.signed.response.alg": "ES256"});
        web["attributes"].as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    })
    .await
}

async fn log_out(world: &World, answer: &Answer) {
    let refresh = text(answer, "refresh_token");
    let pairs = [("refresh_token", &*refresh), ("client_id", "web"), ("client_secret", "web-secret")];
    post(&world.anonymous(), "logout", &pairs).await.expect(204);
}

/// The token of a notice.
fn logout_token(body: &str) -> String {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    match pairs.as_slice() {
        [(name, value)] if name == "logout_token" => value.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_client_is_told_of_a_log_out_by_a_signed_token() {
    let mut app = Outside::start().await;
    let world = told_at(app.url("/out"), json!({})).await;
    let discovery = world.anonymous().get("/realms/port/.well-known/openid-configuration").await.json();
    for member in ["backchannel_logout_supported", "backchannel_logout_session_supported"] {
        assert_eq!(discovery[member], true, "{member}");
    }
    let answer = log_in(&world, "openid").await;
    log_out(&world, &answer).await;
    let asked = app.asked().await;
    assert_eq!((asked.method, &*asked.path), (Method::POST, "/out"));
    let token = Token(logout_token(&asked.body));
    let header = token.header();
    assert_eq!((&header["typ"], &header["alg"]), (&json!("logout+jwt"), &json!("ES256")));
    let told = token.claims();
    assert_eq!((&told["iss"], &told["aud"], &told["typ"]), (&json!(ISSUER), &json!("web"), &json!("Logout")));
    let id_token = claims(&text(&answer, "id_token"));
    assert_eq!((&told["sid"], &told["sub"]), (&id_token["sid"], &id_token["sub"]));
    assert_eq!(told["events"], json!({"http://schemas.openid.net/event/backchannel-logout": {}}));
    let lifetime = told["exp"].as_i64().expect("exp") - told["iat"].as_i64().expect("iat");
    assert!((1..=120).contains(&lifetime), "{lifetime}");

    world.portreeve().plugins.finish().await;
    assert_eq!(notices(&world), [1, 0, 0]);
    assert_eq!(app.count(), 0);
}

fn notices(world: &World) -> [u64; 3] {
    let metrics = &world.portreeve().metrics;
    [NoticeKind::Delivered, NoticeKind::Failed, NoticeKind::Dropped].map(|kind| metrics.notices("openid-connect", kind))
}

#[tokio::test]
async fn a_client_that_is_down_is_tried_again_and_holds_nobody_up() {
    let mut app = Outside::start().await;
    app.put(503, "");
    let world = told_at(app.url("/out"), json!({"backchannel.logout.session.required": "false"})).await;
    log_out(&world, &log_in(&world, "openid").await).await;
    let first = logout_token(&app.asked().await.body);
    assert!(claims(&first).get("sid").is_none());
    // Back again when the server stops: the one that waits is hurried.
    app.put(200, "");
    world.portreeve().plugins.finish().await;
    let second = logout_token(&app.asked().await.body);
    assert_ne!(claims(&first)["jti"], claims(&second)["jti"], "a token of its own for each attempt");
    assert_eq!((notices(&world), app.count()), ([1, 0, 0], 0));
}

#[tokio::test]
async fn a28_a_client_that_refuses_or_is_forbidden_is_not_tried_again() {
    let mut app = Outside::start().await;
    app.put(400, "");
    for (url, calls) in [(app.url("/out"), 1), ("http://10.0.0.1/out".to_owned(), 0), ("/out".to_owned(), 0)] {
        let world = told_at(url.clone(), json!({})).await;
        log_out(&world, &log_in(&world, "openid").await).await;
        let done = tokio::time::timeout(Duration::from_secs(30), world.portreeve().plugins.finish()).await;
        assert!(done.is_ok(), "{url}");
        assert_eq!((notices(&world), app.count()), ([0, 1, 0], calls), "{url}");
    }
}

#[tokio::test]
async fn a28_a_sector_identifier_lists_the_redirect_uris_of_the_client_that_is_saved() {
    let mut sector = Outside::start().await;
    sector.put(200, r#"["https://a.example/cb", "https://b.example/cb"]"#);
    let world = World::port().await;
    let admin = world.admin_with(&["manage-clients"]).await;
    let pairwise = |url: String| {
        json!({"name": "pairwise", "protocol": "openid-connect", "protocolMapper": "oidc-sha256-pairwise-sub-mapper",
            "config": {"sectorIdentifierUri": url}})
    };
    let with =
        |uris: Value, url: String| json!({"clientId": "app", "redirectUris": uris, "protocolMappers": [pairwise(url)]});
    let clients = "/admin/realms/port/clients";
    let rows = world.rows().await;
    let mismatch = "Client redirect URIs does not match redirect URIs fetched from the Sector Identifier URI.";
    let unread = "Failed to get redirect URIs from the Sector Identifier URI.";
    for (uris, url, why) in [
        (json!(["https://evil.example/cb"]), sector.url("/uris"), mismatch),
        (json!(["https://a.example/cb"]), "http://169.254.169.254/".to_owned(), unread),
        (json!(["https://a.example/cb"]), "https://[::1]/".to_owned(), unread),
    ] {
        let answer = admin.json("POST", clients, &with(uris, url)).await.expect(400);
        assert_eq!(answer.json(), json!({"errorMessage": why}));
    }
    assert_eq!((sector.count(), world.rows().await), (1, rows), "nothing was written");

    let made =
        admin.json("POST", clients, &with(json!(["https://a.example/cb"]), sector.url("/uris"))).await.expect(201);
    let path = made.header("location").strip_prefix("http://localhost:8080").expect("absolute").to_owned();
    let other = json!({"redirectUris": ["https://evil.example/cb"]});
    assert_eq!(admin.json("PUT", &path, &other).await.expect(400).json(), json!({"errorMessage": mismatch}));
    admin.json("PUT", &path, &json!({"redirectUris": ["https://b.example/cb"]})).await.expect(204);
    let second = json!({"name": "second", "protocol": "openid-connect", "protocolMapper": "oidc-sha256-pairwise-sub-mapper",
        "config": {"sectorIdentifierUri": sector.url("/gone")}});
    sector.put(404, "");
    let answer = admin.json("POST", &format!("{path}/protocol-mappers/models"), &second).await.expect(400);
    assert_eq!(answer.json(), json!({"errorMessage": unread}));
}
