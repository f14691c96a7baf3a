//! Addresses: `/realms/{realm}/login-actions/…`, as Keycloak has them.

use axum::extract::{Extension, Request};
use axum::response::Response;
use axum::routing::get;
use axum::{Router, body::Body};
use flow::Fields;
use http::{HeaderMap, Method, StatusCode};
use protocol::web::form;
use protocol::{Browser, BrowserState, Door, DoorRefusal, Entry, EventKinds, InBrowser, InRealm};

use crate::cookie::Cookies;
use crate::dispatcher::{Given, Progress, proceed};
use crate::tab::{self, Stored, Tab};
use crate::visit::{Visit, redirect};
use crate::{Login, cookie, frame, link, profile_form, session, show};

/// The door of the pages.
pub(crate) struct LoginDoor;

impl Door for LoginDoor {
    const PROTOCOL: &'static str = "login";
    const KINDS: EventKinds = EventKinds { refused: "LOGIN_ERROR", fault: "LOGIN_ERROR" };

    fn refuse(refusal: &DoorRefusal) -> Response {
        use axum::response::IntoResponse as _;
        let (status, words) = match refusal {
            DoorRefusal::RealmUnknown => (StatusCode::NOT_FOUND, "Realm does not exist"),
            DoorRefusal::RealmDisabled => (StatusCode::FORBIDDEN, "Realm not enabled"),
            DoorRefusal::TlsRequired => (StatusCode::FORBIDDEN, "HTTPS required"),
            DoorRefusal::ForwardingUnclear => (StatusCode::BAD_REQUEST, "HTTP 400 Bad Request"),
            DoorRefusal::TooManyRequests { .. } => (StatusCode::TOO_MANY_REQUESTS, "HTTP 429 Too Many Requests"),
            DoorRefusal::Busy { .. } => (StatusCode::SERVICE_UNAVAILABLE, "HTTP 503 Service Unavailable"),
            DoorRefusal::Fault => (StatusCode::INTERNAL_SERVER_ERROR, "HTTP 500 Internal Server Error"),
        };
        let mut response = (status, axum::Json(serde_json::json!({ "error": words }))).into_response();
        if let DoorRefusal::TooManyRequests { retry_after_seconds } | DoorRefusal::Busy { retry_after_seconds } =
            refusal
        {
            response.headers_mut().insert(http::header::RETRY_AFTER, http::HeaderValue::from(*retry_after_seconds));
        }
        response
    }
}

/// Which address was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Flow(Entry),
    RequiredAction,
    Consent,
    Restart,
}

impl Login {
    /// The pages' routes. They stand behind the session layer.
    pub fn routes(&self) -> Router<BrowserState> {
        let at = |place: Place| {
            let handler = move |request: InBrowser<LoginDoor>, Extension(login): Extension<Login>, http: Request| {
                enter(login, request, http, place)
            };
            get(handler).post(handler)
        };
        let routes = Router::new()
            .route("/authenticate", at(Place::Flow(Entry::Browser)))
            .route("/registration", at(Place::Flow(Entry::Registration)))
            .route("/reset-credentials", at(Place::Flow(Entry::ResetCredentials)))
            .route("/required-action", at(Place::RequiredAction))
            .route("/consent", at(Place::Consent))
            .route("/restart", at(Place::Restart))
            .route("/action-token", get(link::follow))
            .layer(Extension(self.clone()));
        Router::new().nest("/realms/{realm}/login-actions", routes)
    }
}

/// What the address of a request says. None of it is believed: it only says which tab and page the browser means.
#[derive(Default)]
struct Query {
    session_code: Option<String>,
    execution: Option<String>,
    client_id: Option<String>,
    tab_id: Option<String>,
    locale: Option<String>,
}

impl Query {
    fn read(query: &str) -> Self {
        let mut read = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()).take(64) {
            let field = match &*name {
                "session_code" => &mut read.session_code,
                "execution" => &mut read.execution,
                "client_id" => &mut read.client_id,
                "tab_id" => &mut read.tab_id,
                "kc_locale" => &mut read.locale,
                _ => continue,
            };
            // A repeated one is as good as none.
            *field = if field.is_some() { None } else { Some(value.into_owned()) };
        }
        read
    }
}

async fn enter(login: Login, request: InBrowser<LoginDoor>, http: Request, place: Place) -> Response {
    let InBrowser { door, browser } = request;
    let (head, body) = http.into_parts();
    let query = Query::read(head.uri.query().unwrap_or_default());
    let fields =
        if head.method == Method::POST { read(&head.headers, body, &door).await } else { Some(Fields::default()) };
    let (mut visit, found) = match visit_of(login, door, browser, &query).await {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let Some(fields) = fields else {
        return visit.refuse(StatusCode::BAD_REQUEST, "invalidRequestMessage", "invalid_request");
    };
    let Some((mut tab, stored)) = found else { return lost(visit).await };
    visit.outcome.about_client(&visit.client.client_id.clone());

    if let Some(locale) = query.locale.filter(|_| head.method == Method::GET)
        && let Some(locale) = theme::Locale::parse(&locale)
    {
        return choose_language(visit, Progress { tab, stored: Some(stored) }, locale.as_str(), place).await;
    }
    if place == Place::Restart {
        tab.restart(Entry::Browser);
        return turn_to_start(visit, tab, stored).await;
    }
    if head.method == Method::GET {
        return look(visit, tab, stored, place).await;
    }

    // A53, A57: a form counts only if it is that of the page that was shown last, and in time.
    let fresh = query.session_code.as_deref().is_some_and(|code| tab.is_answered_by(code));
    if !fresh || tab.is_expired(&visit.realm, visit.portreeve.identity.clock().now()) {
        return show::expired(visit, &tab);
    }
    let given = match (place, tab.flow_done) {
        (Place::Flow(entry), false) if entry == tab.entry => {
            let Some(execution) = query.execution else { return show::expired(visit, &tab) };
            if let Entry::Registration = entry {
                profile_form::remember(&visit.realm, &fields, &mut tab.flow.notes);
            }
            if fields.has("tryAnotherWay") {
                Given::TryAnother
            } else if let Some(chosen) = fields.text("authenticationExecution") {
                Given::Choose(chosen.into())
            } else {
                Given::Form(execution.as_str().into(), fields)
            }
        }
        (Place::RequiredAction, true) => {
            let Some(alias) = query.execution else { return show::expired(visit, &tab) };
            Given::Action(alias, fields)
        }
        (Place::Consent, true) => Given::Consent(fields.has("accept") && !fields.has("cancel")),
        _ => return show::expired(visit, &tab),
    };
    proceed(visit, Progress { tab, stored: Some(stored) }, given).await
}

/// A page is asked for again: the back button, a reload, a link between the flows.
async fn look(visit: Visit, mut tab: Tab, stored: Stored, place: Place) -> Response {
    let settings = &visit.realm.settings;
    match place {
        Place::Flow(entry) if entry != tab.entry && !tab.flow_done => {
            let is_open = match entry {
                Entry::Browser => true,
                Entry::Registration => settings.registration_allowed,
                Entry::ResetCredentials => settings.reset_password_allowed,
            };
            if !is_open {
                let message = if entry == Entry::Registration {
                    "registrationNotAllowedMessage"
                } else {
                    "resetCredentialNotAllowedMessage"
                };
                return visit.refuse(StatusCode::BAD_REQUEST, message, "not_allowed");
            }
            let name = tab.flow.username.take();
            tab.restart(entry);
            tab.flow.username = name;
        }
        _ if tab.is_expired(&visit.realm, visit.portreeve.identity.clock().now()) => tab.restart(Entry::Browser),
        _ => {}
    }
    proceed(visit, Progress { tab, stored: Some(stored) }, Given::Nothing).await
}

/// Keeps a log-in that begins anew and shows its first page at that page's own address.
async fn turn_to_start(visit: Visit, mut tab: Tab, stored: Stored) -> Response {
    tab.turn(&visit.portreeve.identity);
    let to = visit.address(&tab, frame::entry_path(&tab), &[]);
    crate::dispatcher::keep(visit, Progress { tab, stored: Some(stored) }, redirect(&to)).await
}

async fn choose_language(visit: Visit, mut progress: Progress, locale: &str, place: Place) -> Response {
    progress.tab.locale = Some(locale.to_owned());
    let path = match place {
        Place::RequiredAction | Place::Consent => "required-action",
        _ => frame::entry_path(&progress.tab),
    };
    let mut answer = redirect(&visit.address(&progress.tab, path, &[]));
    Cookies::of(&visit.portreeve, &visit.realm).keep_locale(answer.headers_mut(), locale);
    crate::dispatcher::keep(visit, progress, answer).await
}

/// The tab that a request means is not there. What can be told depends on what the browser still has.
async fn lost(visit: Visit) -> Response {
    if visit.session.is_some() {
        return show::already_logged_in(visit);
    }
    let identity = visit.portreeve.identity.clone();
    let by_cookie = match cookie::restart(&visit.browser.headers) {
        Some(secret) => tab::find_by_secret(&identity, &visit.realm, secret).await,
        None => Ok(None),
    };
    match by_cookie {
        // The session's cookie is gone, or its tab: the same request begins anew.
        Ok(Some((mut tab, stored))) if tab.client == visit.client.id.as_str() => {
            if let Err(error) = tab::finish(&identity, &visit.realm, &stored).await {
                return visit.fail(error);
            }
            tab.restart(Entry::Browser);
            proceed(visit, Progress { tab, stored: None }, Given::Nothing).await
        }
        Ok(_) => visit.refuse(StatusCode::BAD_REQUEST, "cookieNotFoundMessage", "cookie_not_found"),
        Err(error) => visit.fail(error),
    }
}

type Found = Option<(Tab, Stored)>;

/// The client and the tab that a request names.
async fn visit_of(
    login: Login,
    door: InRealm<LoginDoor>,
    browser: Browser,
    query: &Query,
) -> Result<(Visit, Found), Box<Response>> {
    let InRealm { portreeve, realm, facts, outcome, .. } = door;
    let identity = portreeve.identity.clone();
    let named = query.client_id.as_deref().and_then(|id| realm.client(id)).cloned();
    let Some(client) = named.filter(|client| client.enabled) else {
        let page = protocol::ErrorPage {
            realm: Some(&realm),
            client: None,
            status: StatusCode::BAD_REQUEST,
            message: "clientNotFoundMessage",
            arguments: &[],
        };
        let response = protocol::Pages::error(&login, &portreeve, &browser.headers, &page);
        outcome.refused("client_not_found", Vec::new());
        return Err(Box::new(response));
    };
    let mut visit = Visit { login, portreeve, realm, facts, outcome, browser, client, session: None };
    match session::current(&visit.portreeve, &visit.realm, &visit.browser.headers).await {
        Ok(live) => visit.session = live,
        Err(error) => return Err(Box::new(visit.fail(error))),
    }
    let found = match &query.tab_id {
        Some(id) => tab::find(&identity, &visit.realm, &visit.browser, id).await,
        None => Ok(None),
    };
    match found {
        // A tab answers for the client it was opened for.
        Ok(found) => {
            let found = found.filter(|(tab, _)| tab.client == visit.client.id.as_str());
            Ok((visit, found))
        }
        Err(error) => Err(Box::new(visit.fail(error))),
    }
}

async fn read(headers: &HeaderMap, body: Body, door: &InRealm<LoginDoor>) -> Option<Fields> {
    let bytes = form::read(headers, body, door.portreeve.web.form_limit).await.ok()?;
    Some(form_urlencoded::parse(&bytes).map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
}
