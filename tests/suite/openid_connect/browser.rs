//! Whole log-ins, from an application's request over the real pages to its tokens, and out again.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use protocol::web::Connection;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{
    BASE, ISSUER, claims, client, last_event, log_in, post, realm, redeem, refresh, refused, text, token, world,
    world_with,
};
use crate::harness::World;

/// A browser with a cookie jar.
#[derive(Default)]
struct Browser {
    cookies: BTreeMap<String, String>,
}

struct Seen {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Browser {
    async fn get(&mut self, world: &World, path: &str) -> Seen {
        self.send(world, Request::get(local(path)), Body::empty()).await
    }

    async fn post(&mut self, world: &World, path: &str, fields: &[(&str, &str)]) -> Seen {
        let request = Request::post(local(path)).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(world, request, Body::from(super::form(fields))).await
    }

    async fn send(&mut self, world: &World, mut request: axum::http::request::Builder, body: Body) -> Seen {
        let line: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !line.is_empty() {
            request = request.header(header::COOKIE, line.join("; "));
        }
        let request = request
            .extension(Connection { address: [127, 0, 0, 1].into(), secure: false })
            .body(body)
            .expect("a request");
        let (head, body) = world.router.clone().oneshot(request).await.expect("an answer").into_parts();
        for line in head.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("ASCII");
            let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if value.is_empty() || line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = body.collect().await.expect("a body").to_bytes();
        Seen { status: head.status, headers: head.headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// Asks to be logged in at an application.
    async fn ask(&mut self, world: &World, more: &[(&str, &str)]) -> Seen {
        let mut pairs = vec![
            ("client_id", "web"),
            ("redirect_uri", realm::BACK),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "state-1"),
        ];
        pairs.retain(|(name, _)| more.iter().all(|(other, _)| name != other));
        pairs.extend(more);
        self.get(world, &format!("{BASE}/auth?{}", super::form(&pairs))).await
    }

    /// Fills the log-in form in.
    async fn log_in(&mut self, world: &World, page: &Seen, password: &str) -> Seen {
        let seen = self.post(world, &page.action(), &[("username", "alice"), ("password", password)]).await;
        self.follow(world, seen).await
    }

    async fn follow(&mut self, world: &World, mut seen: Seen) -> Seen {
        while seen.location().starts_with("http://localhost:8080/") {
            let to = seen.location();
            seen = self.get(world, &to).await;
        }
        seen
    }
}

fn local(path: &str) -> String {
    path.strip_prefix("http://localhost:8080").unwrap_or(path).to_owned()
}

impl Seen {
    /// Where the page's form goes.
    #[track_caller]
    fn action(&self) -> String {
        let form = self.body.find("<form").and_then(|at| self.body.get(at..));
        let action = form.and_then(|form| form.split("action=\"").nth(1)?.split('"').next());
        let action = action.unwrap_or_else(|| panic!("no form: {} {}", self.status, self.body));
        action.replace("&amp;", "&").replace("&#38;", "&").replace("&#x26;", "&")
    }

    /// A hidden field's value.
    #[track_caller]
    fn field(&self, name: &str) -> String {
        let rest =
            self.body.split(&format!("name=\"{name}\"")).nth(1).unwrap_or_else(|| panic!("no {name}: {}", self.body));
        rest.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    }

    fn location(&self) -> String {
        self.headers.get(header::LOCATION).map_or_else(String::new, |to| to.to_str().expect("ASCII").to_owned())
    }

    /// What the application is given, in order.
    #[track_caller]
    fn given(&self) -> Vec<(String, String)> {
        let location = self.location();
        let query = location.strip_prefix(&format!("{}?", realm::BACK));
        let query = query.unwrap_or_else(|| panic!("{} {location} {}", self.status, self.body));
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    #[track_caller]
    fn value(&self, name: &str) -> String {
        self.given().into_iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}")).1
    }
}

#[tokio::test]
async fn somebody_logs_in_is_known_again_and_logs_out() {
    let world = world().await;
    let mut browser = Browser::default();
    let page = browser.ask(&world, &[("nonce", "n-1")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let wrong = browser.log_in(&world, &page, "wrong").await;
    assert_eq!(wrong.status, StatusCode::OK);
    assert_eq!(last_event(&world).await, ("LOGIN_ERROR".into(), Some("invalid_user_credentials".into())));
    let back = browser.log_in(&world, &wrong, "pw-alice").await;
    let names: Vec<String> = back.given().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["state", "session_state", "iss", "code"]);
    assert_eq!((back.value("state"), back.value("iss")), ("state-1".to_owned(), ISSUER.to_owned()));
    let event = world.last_event().await;
    assert_eq!((&*event.kind, event.error.as_deref()), ("LOGIN", None));
    assert!(browser.cookies.contains_key("KEYCLOAK_IDENTITY") && browser.cookies.contains_key("KEYCLOAK_SESSION"));

    let tokens = redeem(&world, &back.value("code"), &[]).await.expect(200);
    let id = claims(&text(&tokens, "id_token"));
    assert_eq!((id["nonce"].as_str(), id["acr"].as_str()), (Some("n-1"), Some("1")));
    assert_eq!(id["sid"].as_str(), Some(&*back.value("session_state")));

    // Known again: another application, nothing asked.
    let again = browser.ask(&world, &[("client_id", "narrow"), ("prompt", "none")]).await;
    assert_eq!(again.value("session_state"), back.value("session_state"));
    let sso = token(
        &world,
        &[
            ("grant_type", "authorization_code"),
            ("code", &again.value("code")),
            ("redirect_uri", realm::BACK),
            ("client_id", "narrow"),
            ("client_secret", "narrow-secret"),
        ],
    )
    .await
    .expect(200);
    assert_eq!(claims(&text(&sso, "id_token"))["acr"], "0");

    // Out again, after being asked.
    let question = browser.get(&world, &format!("{BASE}/logout?client_id=web")).await;
    assert_eq!(question.status, StatusCode::OK);
    let code = question.field("session_code");
    let out = browser.post(&world, &question.action(), &[("session_code", &code), ("confirmLogout", "on")]).await;
    assert_eq!(out.status, StatusCode::OK, "{}", out.body);
    assert_eq!(last_event(&world).await, ("LOGOUT".into(), None));
    assert!(!browser.cookies.contains_key("KEYCLOAK_IDENTITY"));
    refused(&refresh(&world, &text(&tokens, "refresh_token")).await, 400, "invalid_grant", "Session not active");
    let nobody = browser.ask(&world, &[("prompt", "none")]).await;
    assert_eq!(nobody.value("error"), "login_required");
}

#[tokio::test]
async fn a_hint_logs_out_at_once_and_goes_back() {
    let world = world_with(|file| {
        client(file, "web")["attributes"] = json!({ "post.logout.redirect.uris": "http://127.0.0.1:9/bye" });
    })
    .await;
    let mut browser = Browser::default();
    let page = browser.ask(&world, &[]).await;
    let back = browser.log_in(&world, &page, "pw-alice").await;
    let tokens = redeem(&world, &back.value("code"), &[]).await.expect(200);
    let pairs = [
        ("id_token_hint", &*text(&tokens, "id_token")),
        ("post_logout_redirect_uri", "http://127.0.0.1:9/bye"),
        ("state", "s-1"),
    ];
    let out = browser.get(&world, &format!("{BASE}/logout?{}", super::form(&pairs))).await;
    assert_eq!((out.status, &*out.location()), (StatusCode::FOUND, "http://127.0.0.1:9/bye?state=s-1"));
    refused(&refresh(&world, &text(&tokens, "refresh_token")).await, 400, "invalid_grant", "Session not active");
}

#[tokio::test]
async fn the_older_log_out_ends_the_session_of_a_refresh_token() {
    let world = world().await;
    let tokens = log_in(&world, "openid").await;
    let refresh_token = text(&tokens, "refresh_token");
    let out = |client: &'static str, secret: &'static str| {
        [
            ("refresh_token", refresh_token.clone()),
            ("client_id", client.to_owned()),
            ("client_secret", secret.to_owned()),
        ]
    };
    let send = async |pairs: [(&'static str, String); 3]| {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        post(&world.anonymous(), "logout", &pairs).await
    };
    let wrong = send(out("web", "wrong")).await;
    refused(&wrong, 401, "unauthorized_client", "Invalid client or Invalid client credentials");
    let other = send(out("narrow", "narrow-secret")).await;
    let words = "Invalid refresh token. Token client and authorized client don't match";
    refused(&other, 400, "invalid_grant", words);
    refresh(&world, &refresh_token).await.expect(200);
    for _ in 0..2 {
        assert_eq!(send(out("web", "web-secret")).await.status, StatusCode::NO_CONTENT);
    }
    refused(&refresh(&world, &refresh_token).await, 400, "invalid_grant", "Session not active");
}

#[tokio::test]
async fn a_device_gets_its_tokens_when_its_person_agrees() {
    let world = world_with(|file| {
        client(file, "web")["attributes"] = json!({ "oauth2.device.authorization.grant.enabled": "true" });
    })
    .await;
    let own = [("client_id", "web"), ("client_secret", "web-secret")];
    let asked: Value =
        post(&world.anonymous(), "auth/device", &[&own[..], &[("scope", "openid")]].concat()).await.json();
    let device_code = asked["device_code"].as_str().expect("a code").to_owned();
    let poll = async || {
        world.clock.advance(6_000);
        let grant = [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", &*device_code)];
        token(&world, &[&own[..], &grant].concat()).await
    };
    refused(&poll().await, 400, "authorization_pending", "The authorization request is still pending");

    let mut browser = Browser::default();
    let page = browser.get(&world, "/realms/port/device").await;
    let user_code = asked["user_code"].as_str().expect("a code");
    let log_in = browser.post(&world, &page.action(), &[("device_user_code", user_code)]).await;
    let log_in = browser.follow(&world, log_in).await;
    let consent = browser.log_in(&world, &log_in, "pw-alice").await;
    refused(&poll().await, 400, "authorization_pending", "The authorization request is still pending");
    let code = consent.field("code");
    let done = browser.post(&world, &consent.action(), &[("code", &code), ("accept", "Yes")]).await;
    let done = browser.follow(&world, done).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);

    let tokens = poll().await.expect(200);
    let access = claims(&text(&tokens, "access_token"));
    assert!(access["jti"].as_str().expect("an id").starts_with("onrtdg:"));
    // Once means once.
    refused(&poll().await, 400, "invalid_grant", "Device code not valid");
}

#[tokio::test]
async fn a61_a_code_to_be_copied_is_shown_as_text() {
    let world = world().await;
    let mut browser = Browser::default();
    let page = browser.get(&world, &format!("{BASE}/oauth/oob?code=%3Cscript%3Ealert(1)%3C%2Fscript%3E")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("&#60;script&#62;") || page.body.contains("&lt;script&gt;"), "{}", page.body);
    assert!(!page.body.contains("<script>alert"), "{}", page.body);
    let policy = page.headers["content-security-policy"].to_str().expect("ASCII");
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    // An error is told, not echoed as a page of its own.
    let error = browser.get(&world, &format!("{BASE}/oauth/oob?error=%3Cb%3Edenied%3C%2Fb%3E")).await;
    assert!(error.body.contains("denied") && !error.body.contains("<b>denied"), "{}", error.body);
}

#[tokio::test]
async fn a_refresh_token_goes_on_when_the_same_session_comes_back_for_the_client() {
    let world = world_with(|file| {
        client(file, "web")["attributes"] = json!({ "oauth2.device.authorization.grant.enabled": "true" });
    })
    .await;
    let mut browser = Browser::default();
    let page = browser.ask(&world, &[]).await;
    let back = browser.log_in(&world, &page, "pw-alice").await;
    let tokens = redeem(&world, &back.value("code"), &[]).await.expect(200);
    world.clock.advance(5_000);
    // Once more by the browser, and once for a device.
    assert!(!browser.ask(&world, &[]).await.value("code").is_empty());
    world.clock.advance(5_000);
    let own = [("client_id", "web"), ("client_secret", "web-secret"), ("scope", "openid")];
    let asked: Value = post(&world.anonymous(), "auth/device", &own).await.json();
    let page = browser.get(&world, "/realms/port/device").await;
    let user_code = asked["user_code"].as_str().expect("a code");
    let seen = browser.post(&world, &page.action(), &[("device_user_code", user_code)]).await;
    let consent = browser.follow(&world, seen).await;
    let code = consent.field("code");
    let done = browser.post(&world, &consent.action(), &[("code", &code), ("accept", "Yes")]).await;
    browser.follow(&world, done).await;
    refresh(&world, &text(&tokens, "refresh_token")).await.expect(200);
}

/// To a browser the redirects after a form belong to the form, and the page's policy judges where they lead (CSP 3 §6.4.1).
#[tokio::test]
async fn forms_may_lead_back_to_the_application_and_nowhere_else() {
    let world = world_with(|file| {
        client(file, "web")["attributes"] = json!({ "post.logout.redirect.uris": "https://bye.example/" });
    })
    .await;
    let forms = |seen: &Seen| {
        let policy = seen.headers[header::CONTENT_SECURITY_POLICY].to_str().expect("ASCII").to_owned();
        policy.split(';').find_map(|part| part.trim().strip_prefix("form-action ")).expect("forms are ruled").to_owned()
    };
    let mut browser = Browser::default();
    let page = browser.ask(&world, &[]).await;
    assert_eq!(forms(&page), "'self' http://127.0.0.1:9");
    let wrong = browser.log_in(&world, &page, "wrong").await;
    assert_eq!(forms(&wrong), "'self' http://127.0.0.1:9");
    browser.log_in(&world, &wrong, "pw-alice").await.value("code");

    let out = [("client_id", "web"), ("post_logout_redirect_uri", "https://bye.example/")];
    let question = browser.get(&world, &format!("{BASE}/logout?{}", super::form(&out))).await;
    assert_eq!(forms(&question), "'self' https://bye.example");
    let question = browser.get(&world, &format!("{BASE}/logout?client_id=web")).await;
    assert_eq!(forms(&question), "'self'");
}
