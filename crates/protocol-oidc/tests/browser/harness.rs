//! A realm with applications, somebody who logs in at once, pages that can be read, and a browser.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use crypto::secret::Secret;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use identity::testing::TestStore;
use identity::{Error, Event, EventQuery, LiveSession, NewUser, Notes, Peer, Realm, SecondFactor, SessionId};
use outbound::{Fetch, FetchError, Reply, Request as Call};
use protocol::browser::{self, BrowserState, cookie_of};
use protocol::web::Connection;
use protocol::{
    Begin, BoxFuture, Completed, Demands, ErrorPage, Failed, Interaction, Joining, LoginFailure, Page, PageFrame,
    Pages, Plugins, Portreeve, WebSettings,
};
use protocol_oidc::OpenIdConnect;
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub(crate) const PASSWORD: &str = "correct: horse";
pub(crate) const BASE: &str = "/realms/a/protocol/openid-connect";
pub(crate) const ISSUER: &str = "https://id.example/realms/a";
pub(crate) const CALLBACK: &str = "https://app.example/cb";
/// Stands in for the cookies that prove a session.
const SESSION: &str = "TEST_SESSION";

pub(crate) struct House {
    pub(crate) store: TestStore,
    pub(crate) router: Router,
    pub(crate) person: Arc<Person>,
    pub(crate) outside: Arc<Outside>,
}

/// What the person does when asked, and what was asked of them.
#[derive(Default)]
pub(crate) struct Person {
    pub(crate) refuses: Mutex<Option<LoginFailure>>,
    pub(crate) asked: Mutex<Vec<Demands>>,
}

impl Interaction for Person {
    fn begin(&self, begin: Begin) -> BoxFuture<'_, Response> {
        Box::pin(async move {
            self.asked.lock().unwrap().push(begin.demands.clone());
            let plugin = begin.portreeve.plugins.get("openid-connect").cloned().unwrap();
            let back = plugin.login_return().unwrap();
            let current = self.current_session(&begin.portreeve, &begin.realm, &begin.browser.headers).await.unwrap();
            let refuses = *self.refuses.lock().unwrap();
            let reason =
                refuses.or((begin.demands.prompt.none && current.is_none()).then_some(LoginFailure::LoginRequired));
            if let Some(reason) = reason {
                let failed = Failed {
                    portreeve: begin.portreeve,
                    realm: begin.realm,
                    client: begin.client,
                    facts: begin.facts,
                    outcome: begin.outcome,
                    browser: begin.browser,
                    payload: begin.payload,
                    reason,
                    error: "login_required",
                    fault: None,
                };
                return back.failed(failed).await;
            }
            let fresh = current.is_none();
            let session = if let Some(live) = current {
                Joining::of_session(&begin.portreeve, &begin.realm, &begin.client, live)
            } else {
                let peer = Peer { address: [127, 0, 0, 1].into() };
                let proven = begin
                    .portreeve
                    .identity
                    .prove_password(&begin.realm, "alice", &Secret::from(PASSWORD), SecondFactor::Ignore, &peer)
                    .await
                    .unwrap();
                Joining::of_proof(
                    &begin.portreeve,
                    &begin.realm,
                    &begin.client,
                    proven,
                    [127, 0, 0, 1].into(),
                    false,
                    Notes::default(),
                )
            };
            let id = session.session_id();
            let watch = session.watch();
            let completed = Completed {
                portreeve: begin.portreeve,
                realm: begin.realm,
                client: begin.client,
                facts: begin.facts,
                outcome: begin.outcome,
                browser: begin.browser,
                payload: begin.payload,
                session,
                fresh,
                level: None,
                action: None,
            };
            let mut answer = back.completed(completed).await;
            if watch.get().is_some() {
                answer.headers_mut().append(header::SET_COOKIE, format!("{SESSION}={id}").parse().unwrap());
            }
            answer
        })
    }

    fn current_session<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        headers: &'a HeaderMap,
    ) -> BoxFuture<'a, Result<Option<LiveSession>, Error>> {
        Box::pin(async move {
            let Some(id) = cookie_of(headers, SESSION).and_then(|text| text.parse::<SessionId>().ok()) else {
                return Ok(None);
            };
            portreeve.identity.live_session(realm, &id, false, None).await
        })
    }

    fn end_session<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        session: &'a LiveSession,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let session = Arc::clone(session.session());
            let clients = portreeve.identity.clients_of_session(realm, &session.id, false).await?;
            portreeve.identity.close_session(realm, &session.id).await?;
            let ended = protocol::Ended { realm: Arc::clone(realm), session, clients };
            for participant in portreeve.plugins.iter().filter_map(|plugin| plugin.logout()) {
                participant.ended(portreeve, &ended).await;
            }
            Ok(())
        })
    }

    fn forget_cookies(&self, _: &Portreeve, _: &Realm, answer: &mut HeaderMap) {
        answer.append(header::SET_COOKIE, format!("{SESSION}=;Max-Age=0").parse().unwrap());
    }
}

impl Pages for Person {
    fn error(&self, _: &Portreeve, _: &HeaderMap, page: &ErrorPage<'_>) -> Response {
        (page.status, json!({ "page": "error", "message": page.message, "arguments": page.arguments }).to_string())
            .into_response()
    }

    fn show(&self, _: &Portreeve, _: &HeaderMap, _: &PageFrame<'_>, page: &Page<'_>) -> Response {
        let (status, text) = match page {
            Page::FormPost { action, fields } => {
                (StatusCode::OK, json!({ "page": "form_post", "action": action, "fields": fields }))
            }
            Page::LogoutConfirm { action, session_code, .. } => {
                (StatusCode::OK, json!({ "page": "confirm", "action": action, "session_code": session_code }))
            }
            Page::LoggedOut { status, back } => (*status, json!({ "page": "logged_out", "back": back })),
            Page::FrontchannelLogout { frames, next } => {
                let frames: Vec<_> =
                    frames.iter().map(|(client, address)| (client.client_id.to_string(), address)).collect();
                (StatusCode::OK, json!({ "page": "frontchannel", "frames": frames, "next": next }))
            }
            Page::DeviceCode { action, code, fault } => {
                (StatusCode::OK, json!({ "page": "device", "action": action, "code": code, "fault": fault }))
            }
            Page::Code { code, error } => (StatusCode::OK, json!({ "page": "code", "code": code, "error": error })),
            Page::Info { heading, message } => {
                (StatusCode::OK, json!({ "page": "info", "heading": heading, "message": message }))
            }
        };
        (status, text.to_string()).into_response()
    }
}

/// Other servers: what was posted to them.
#[derive(Default)]
pub(crate) struct Outside {
    pub(crate) posted: Mutex<Vec<(String, String)>>,
    pub(crate) arrived: tokio::sync::Notify,
    pub(crate) documents: Mutex<Vec<(String, String)>>,
    pub(crate) asked: Mutex<Vec<String>>,
}

impl Fetch for Outside {
    fn send<'a>(&'a self, call: Call<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
        let url = call.url.to_owned();
        let reply = |body: String| Reply { status: StatusCode::OK, headers: HeaderMap::new(), body: Bytes::from(body) };
        let answer = if call.method == Method::POST {
            self.posted.lock().unwrap().push((url, String::from_utf8(call.body.to_vec()).unwrap()));
            self.arrived.notify_one();
            Ok(reply(String::new()))
        } else {
            let documents = self.documents.lock().unwrap();
            let known = documents.iter().find(|(address, _)| *address == url).map(|(_, text)| text.clone());
            self.asked.lock().unwrap().push(url);
            known.map(reply).ok_or(FetchError::Failed)
        };
        Box::pin(std::future::ready(answer))
    }
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text))
    }

    /// Names and values behind the mark, in order, after the address before it was checked.
    pub(crate) fn returned(&self, mark: char) -> Vec<(String, String)> {
        let (address, rest) =
            self.location().split_once(mark).unwrap_or_else(|| panic!("{} {}", self.status, self.text));
        assert_eq!((self.status, address), (StatusCode::FOUND, CALLBACK));
        form_urlencoded::parse(rest.as_bytes()).into_owned().collect()
    }

    /// The person's browser afterwards.
    pub(crate) fn session(&self) -> String {
        let cookies = self.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies.rev().find(|cookie| cookie.starts_with(SESSION)).unwrap_or_default().to_owned()
    }
}

pub(crate) fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

pub(crate) fn names(pairs: &[(String, String)]) -> Vec<&str> {
    pairs.iter().map(|(name, _)| name.as_str()).collect()
}

pub(crate) fn claims(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

pub(crate) fn jose_header(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap()
}

/// A request that is in order, changed: a value is replaced, an empty name's entry taken away.
pub(crate) fn query(changes: &[(&str, &str)]) -> String {
    let mut pairs: Vec<(&str, &str)> = vec![
        ("client_id", "web"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "state-1"),
    ];
    for (name, value) in changes {
        match name.strip_prefix('-') {
            Some(gone) => pairs.retain(|(known, _)| *known != gone),
            None => match name.strip_prefix('+') {
                Some(again) => pairs.push((again, value)),
                None => match pairs.iter_mut().find(|(known, _)| known == name) {
                    Some(pair) => pair.1 = value,
                    None => pairs.push((name, value)),
                },
            },
        }
    }
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

impl House {
    /// Realm `a` with `web` (code), `hybrid` (everything), `bound` (the same, its tokens bound to keys), `spa` (public, PKCE), `bearer`, `off`, and alice.
    pub(crate) async fn build() -> Self {
        let store = TestStore::sqlite().await;
        let realm = store
            .add_realm(
                "a",
                json!({ "eventsEnabled": true, "defaultSignatureAlgorithm": "ES256", "resetPasswordAllowed": true }),
            )
            .await;
        let client = |id: &str, more: Value| {
            let mut client = json!({
                "clientId": id, "protocol": "openid-connect", "secret": "web-secret", "redirectUris": [CALLBACK],
                "standardFlowEnabled": true, "fullScopeAllowed": true,
                "attributes": { "post.logout.redirect.uris": "https://app.example/bye" },
            });
            for (name, value) in more.as_object().unwrap() {
                client[name] = value.clone();
            }
            client
        };
        let mut tx = store.identity.begin().await.unwrap();
        for (id, more) in [
            ("web", json!({})),
            ("hybrid", json!({ "implicitFlowEnabled": true })),
            ("bound", json!({ "implicitFlowEnabled": true, "attributes": { "dpop.bound.access.tokens": "true" } })),
            ("spa", json!({ "publicClient": true, "attributes": { "pkce.code.challenge.method": "S256" } })),
            ("bearer", json!({ "bearerOnly": true })),
            ("off", json!({ "enabled": false })),
            ("nostandard", json!({ "standardFlowEnabled": false })),
            ("registry", json!({ "protocol": "docker-v2" })),
        ] {
            tx.add_client(&realm.id, client(id, more)).await.unwrap();
        }
        tx.commit().await.unwrap();
        store.add_user(&realm.id, NewUser::named("alice"), PASSWORD).await;
        let outside = Arc::new(Outside::default());
        let plugin = OpenIdConnect::new(Arc::clone(&outside) as Arc<dyn Fetch>);
        let plugins = Arc::new(Plugins::new(vec![Box::new(plugin)]).unwrap());
        let portreeve = Portreeve::new(store.identity.clone(), plugins, WebSettings::new("https://id.example"));
        let person = Arc::new(Person::default());
        let state = BrowserState {
            portreeve: portreeve.clone(),
            interaction: Arc::clone(&person) as Arc<dyn Interaction>,
            pages: Arc::clone(&person) as Arc<dyn Pages>,
        };
        let pages = portreeve
            .plugins
            .browser()
            .layer(axum::middleware::from_fn_with_state(state.clone(), browser::layer))
            .with_state(state);
        let router = portreeve
            .plugins
            .api()
            .with_state(portreeve.clone())
            .merge(pages)
            .layer(axum::middleware::from_fn_with_state(portreeve.clone(), protocol::web::layer));
        Self { store, router, person, outside }
    }

    pub(crate) async fn realm(&self) -> Arc<Realm> {
        self.store.realm("a").await
    }

    pub(crate) async fn change_client(&self, client_id: &str, patch: Value) {
        let realm = self.realm().await;
        let mut tx = self.store.identity.begin().await.unwrap();
        tx.change_client(&realm.client(client_id).unwrap().id, patch).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn change_realm(&self, patch: Value) {
        let realm = self.realm().await;
        let mut tx = self.store.identity.begin().await.unwrap();
        tx.change_realm(&realm.id, patch).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        request.extensions_mut().insert(Connection { address: [127, 0, 0, 1].into(), secure: true });
        // Events of one moment have no order.
        self.store.clock.advance(1);
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub(crate) async fn get(&self, path: &str, session: &str) -> Answer {
        self.send(Request::get(path).header(header::COOKIE, session).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)], session: &str) -> Answer {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, session)
            .body(Body::from(form))
            .unwrap();
        self.send(request).await
    }

    /// The authorization endpoint.
    pub(crate) async fn authorize(&self, changes: &[(&str, &str)]) -> Answer {
        self.get(&format!("{BASE}/auth?{}", query(changes)), "").await
    }

    pub(crate) async fn events(&self) -> Vec<Event> {
        self.store.identity.flush_events().await;
        let realm = self.realm().await;
        self.store.identity.events(&realm, EventQuery::default()).await.unwrap()
    }

    pub(crate) async fn last_event(&self) -> Event {
        // The newest comes first or last; times tell which.
        self.events().await.into_iter().max_by_key(|event| event.time).unwrap()
    }

    /// What must not grow when something is refused.
    pub(crate) async fn written(&self) -> (i64, i64, i64) {
        (
            self.store.count("user_session").await,
            self.store.count("client_session").await,
            self.store.count("ticket").await,
        )
    }
}
