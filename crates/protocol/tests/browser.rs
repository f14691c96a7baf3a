//! The browser half of a plugin behind the real session layer and a real store.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use identity::testing::TestStore;
use identity::{Error, FieldFault, LiveSession, MapperSeed, Realm};
use protocol::browser::{self, SESSION_COOKIE, SESSION_SECONDS};
use protocol::{
    ApiState, Artefact, Begin, BoxFuture, BrowserState, ClientSettings, Door, DoorRefusal, ErrorPage, EventKind,
    EventKinds, FormField, InBrowser, InRealm, Interaction, MapperKind, Page, PageFrame, Pages, Plugin, Plugins,
    Portreeve, WebSettings,
};
use serde_json::json;
use tower::ServiceExt as _;

struct Knock;

impl Door for Knock {
    const PROTOCOL: &'static str = "knock";
    const KINDS: EventKinds = EventKinds { refused: "KNOCK_ERROR", fault: "KNOCK_ERROR" };

    fn refuse(_refusal: &DoorRefusal) -> Response {
        StatusCode::FORBIDDEN.into_response()
    }
}

impl Plugin for Knock {
    fn id(&self) -> &'static str {
        "knock"
    }
    fn title(&self) -> &'static str {
        "Knock"
    }
    fn api(&self) -> Router<ApiState> {
        Router::new()
            .route("/token", get(async |door: InRealm<Knock>| door.outcome.served()))
            .fallback(async || StatusCode::IM_A_TEAPOT)
    }
    fn browser(&self) -> Router<BrowserState> {
        Router::new().route("/count", get(count)).route("/new", get(new_id)).route("/look", get(look))
    }
    fn well_known(&self) -> Router<ApiState> {
        Router::new().route(
            "/knock",
            get(async |door: InRealm<Knock>| {
                door.outcome.served();
                "known"
            }),
        )
    }
    fn client_form(&self) -> &'static [FormField] {
        &[]
    }
    fn check_client(&self, _settings: &ClientSettings<'_>) -> Vec<FieldFault> {
        Vec::new()
    }
    fn client_birth(&self) -> Vec<MapperSeed> {
        Vec::new()
    }
    fn mappers(&self) -> &'static [&'static dyn MapperKind] {
        &[]
    }
    fn artefacts(&self) -> &'static [&'static dyn Artefact] {
        &[]
    }
    fn event_kinds(&self) -> &'static [EventKind] {
        &[]
    }
}

async fn count(request: InBrowser<Knock>) -> String {
    let session = &request.browser.session;
    let times = session.get::<u32>("times").await.unwrap().unwrap_or_default() + 1;
    session.insert("times", times).await.unwrap();
    request.door.outcome.served();
    times.to_string()
}

async fn new_id(request: InBrowser<Knock>) {
    request.browser.session.cycle_id().await.unwrap();
    request.door.outcome.served();
}

async fn look(request: InBrowser<Knock>) -> &'static str {
    request.door.outcome.served();
    "seen"
}

struct Nobody;

impl Interaction for Nobody {
    fn begin(&self, begin: Begin) -> BoxFuture<'_, Response> {
        begin.outcome.served();
        Box::pin(std::future::ready(StatusCode::OK.into_response()))
    }

    fn current_session<'a>(
        &'a self,
        _portreeve: &'a Portreeve,
        _realm: &'a Arc<Realm>,
        _headers: &'a HeaderMap,
    ) -> BoxFuture<'a, Result<Option<LiveSession>, Error>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn end_session<'a>(
        &'a self,
        _portreeve: &'a Portreeve,
        _realm: &'a Arc<Realm>,
        _session: &'a LiveSession,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn forget_cookies(&self, _portreeve: &Portreeve, _realm: &Realm, _answer: &mut HeaderMap) {}
}

impl Pages for Nobody {
    fn error(&self, _portreeve: &Portreeve, _headers: &HeaderMap, page: &ErrorPage<'_>) -> Response {
        page.status.into_response()
    }

    fn show(&self, _: &Portreeve, _: &HeaderMap, _: &PageFrame<'_>, _: &Page<'_>) -> Response {
        StatusCode::OK.into_response()
    }
}

struct House {
    store: TestStore,
    router: Router,
}

impl House {
    async fn build(url: &str) -> Self {
        let store = TestStore::sqlite().await;
        store.add_realm("a", json!({})).await;
        store.add_realm("b", json!({})).await;
        Self { router: router(&store, url), store }
    }

    /// Status, body and the session cookie that was set, as the browser would send it back.
    async fn get(&self, path: &str, cookie: Option<&str>) -> (StatusCode, String, Option<String>) {
        let mut request = Request::get(path);
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let secure = protocol::web::Connection { address: [127, 0, 0, 1].into(), secure: true };
        let request = request.extension(secure).body(Body::empty()).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let set = answer.headers().get(header::SET_COOKIE).map(|value| value.to_str().unwrap().to_owned());
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(bytes.to_vec()).unwrap(), set)
    }

    async fn count(&self, cookie: Option<&str>) -> (String, Option<String>) {
        let (_, times, set) = self.get("/realms/a/protocol/knock/count", cookie).await;
        (times, set.map(|line| line.split(';').next().unwrap().to_owned()))
    }
}

#[tokio::test]
async fn both_halves_and_the_documents_stand_side_by_side() {
    let house = House::build("https://id.example").await;
    assert_eq!(house.get("/realms/a/protocol/knock/token", None).await.0, StatusCode::OK);
    assert_eq!(house.get("/realms/a/protocol/knock/look", None).await.1, "seen");
    assert_eq!(house.get("/realms/a/.well-known/knock", None).await.1, "known");
    assert_eq!(house.get("/realms/a/protocol/knock/elsewhere", None).await.0, StatusCode::IM_A_TEAPOT);
    assert_eq!(house.get("/realms/none/protocol/knock/look", None).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a56_a_session_has_the_realms_path_and_flags_and_only_when_it_holds_something() {
    let house = House::build("https://id.example/auth").await;
    assert_eq!(house.get("/realms/a/protocol/knock/look", None).await.2, None);
    assert_eq!(house.store.count("ticket").await, 0);
    let set = house.get("/realms/a/protocol/knock/count", None).await.2.unwrap();
    assert!(set.starts_with(&format!("{SESSION_COOKIE}=")), "{set}");
    for flag in ["HttpOnly", "SameSite=None", "Secure", "Path=/auth/realms/a/"] {
        assert!(set.contains(flag), "{set} lacks {flag}");
    }
    let plain = House::build("http://id.example").await;
    let set = plain.get("/realms/a/protocol/knock/count", None).await.2.unwrap();
    assert!(set.contains("SameSite=Lax") && !set.contains("Secure"), "{set}");
}

#[tokio::test]
async fn a55_a_session_is_found_again_and_never_under_an_id_that_was_not_given() {
    let mut house = House::build("https://id.example").await;
    let (_, cookie) = house.count(None).await;
    let cookie = cookie.unwrap();
    assert_eq!(house.count(Some(&cookie)).await.0, "2");
    house.store.restart().await;
    let house = House { router: router(&house.store, "https://id.example"), store: house.store };
    assert_eq!(house.count(Some(&cookie)).await.0, "3");

    // A planted id, well-formed or not, is not taken over.
    for planted in ["AUTH_SESSION_ID=AAAAAAAAAAAAAAAAAAAAAA", "AUTH_SESSION_ID=x", "AUTH_SESSION_ID=%00"] {
        let (times, set) = house.count(Some(planted)).await;
        assert_eq!(times, "1");
        assert_ne!(set.as_deref(), Some(planted));
    }
    // Another realm does not know it, even with its cookie.
    let (_, times, _) = house.get("/realms/b/protocol/knock/count", Some(&cookie)).await;
    assert_eq!(times, "1");

    let (_, _, set) = house.get("/realms/a/protocol/knock/new", Some(&cookie)).await;
    let renewed = set.unwrap().split(';').next().unwrap().to_owned();
    assert_ne!(renewed, cookie);
    assert_eq!(house.count(Some(&renewed)).await.0, "4");
    assert_eq!(house.count(Some(&cookie)).await.0, "1", "the old id is dead");
    house.store.clock.advance(SESSION_SECONDS as u64 * 1000);
    assert_eq!(house.count(Some(&renewed)).await.0, "1", "and every id dies in time");
}

fn router(store: &TestStore, url: &str) -> Router {
    let plugins = Arc::new(Plugins::new(vec![Box::new(Knock)]).unwrap());
    let portreeve = Portreeve::new(store.identity.clone(), plugins, WebSettings::new(url));
    let state = BrowserState { portreeve: portreeve.clone(), interaction: Arc::new(Nobody), pages: Arc::new(Nobody) };
    let halves = portreeve.plugins.browser().layer(from_fn_with_state(state.clone(), browser::layer));
    portreeve
        .plugins
        .api()
        .merge(portreeve.plugins.well_known())
        .with_state(portreeve.clone())
        .merge(halves.with_state(state))
        .layer(from_fn_with_state(portreeve, protocol::web::layer))
}
