//! Routes for browsers, below `/realms/{realm}/protocol/openid-connect`.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Request};
use axum::response::Response;
use axum::routing::{MethodRouter, get, options};
use http::{HeaderMap, StatusCode};
use protocol::web::form;
use protocol::{BrowserState, Door, Entry, InBrowser, InRealm, Page};

use crate::desk::{self, Desk, PageError, Trouble};
use crate::door::{AuthDoor, DeviceDoor, DocumentDoor, LogoutDoor};
use crate::parameters::Parameters;
use crate::{Parts, authorize, cors, device, logout, response};

/// The routes.
pub(crate) fn browser(parts: Arc<Parts>) -> Router<BrowserState> {
    Router::new()
        .route(
            "/auth",
            get(get_auth).post(post_auth).merge(preflight("GET, HEAD, POST, OPTIONS")).fallback(other_method),
        )
        .route("/registrations", get(get_registrations).fallback(other_method))
        .route("/forgot-credentials", get(get_forgot_credentials).fallback(other_method))
        .route(
            "/logout",
            get(get_logout).post(post_logout).merge(preflight("GET, HEAD, POST, OPTIONS")).fallback(other_method),
        )
        .route("/logout/logout-confirm", get(get_confirm).post(post_confirm).fallback(other_method))
        .route("/oauth/oob", get(out_of_band).fallback(other_method))
        .layer(Extension(parts))
}

/// Pages at addresses of their own below the realm.
pub(crate) fn realm_pages(parts: Arc<Parts>) -> Router<BrowserState> {
    Router::new().route("/device", get(get_device).post(post_device).fallback(other_method)).layer(Extension(parts))
}

async fn get_device(request: InBrowser<DeviceDoor>, Extension(parts): Extension<Arc<Parts>>, raw: Request) -> Response {
    device::get(request, &parts, query(&raw)).await
}

async fn post_device(
    request: InBrowser<DeviceDoor>,
    Extension(parts): Extension<Arc<Parts>>,
    raw: Request,
) -> Response {
    match read(request, &parts, raw.into_body()).await {
        Ok((request, bytes)) => device::post_page(request, &parts, &bytes).await,
        Err(response) => response,
    }
}

async fn get_auth(request: InBrowser<AuthDoor>, Extension(parts): Extension<Arc<Parts>>, raw: Request) -> Response {
    authorize::serve(request, &parts, query(&raw), Entry::Browser).await
}

/// OpenID Connect Core §3.1.2.1: the parameters of a POST are in its body.
async fn post_auth(request: InBrowser<AuthDoor>, Extension(parts): Extension<Arc<Parts>>, raw: Request) -> Response {
    let body = raw.into_body();
    match read(request, &parts, body).await {
        Ok((request, bytes)) => authorize::serve(request, &parts, &bytes, Entry::Browser).await,
        Err(response) => response,
    }
}

async fn get_registrations(
    request: InBrowser<AuthDoor>,
    Extension(parts): Extension<Arc<Parts>>,
    raw: Request,
) -> Response {
    authorize::serve(request, &parts, query(&raw), Entry::Registration).await
}

async fn get_forgot_credentials(
    request: InBrowser<AuthDoor>,
    Extension(parts): Extension<Arc<Parts>>,
    raw: Request,
) -> Response {
    authorize::serve(request, &parts, query(&raw), Entry::ResetCredentials).await
}

async fn get_logout(request: InBrowser<LogoutDoor>, Extension(parts): Extension<Arc<Parts>>, raw: Request) -> Response {
    logout::get(request, &parts, query(&raw)).await
}

async fn post_logout(
    request: InBrowser<LogoutDoor>,
    Extension(parts): Extension<Arc<Parts>>,
    raw: Request,
) -> Response {
    match read(request, &parts, raw.into_body()).await {
        Ok((request, bytes)) => logout::post(request, &parts, &bytes).await,
        Err(response) => response,
    }
}

async fn get_confirm(request: InBrowser<LogoutDoor>, Extension(parts): Extension<Arc<Parts>>) -> Response {
    logout::get_confirm(request, &parts).await
}

async fn post_confirm(
    request: InBrowser<LogoutDoor>,
    Extension(parts): Extension<Arc<Parts>>,
    raw: Request,
) -> Response {
    match read(request, &parts, raw.into_body()).await {
        Ok((request, bytes)) => logout::post_confirm(request, &parts, &bytes).await,
        Err(response) => response,
    }
}

/// Keycloak's page for an application without an address: the person carries the code over.
async fn out_of_band(
    request: InBrowser<DocumentDoor>,
    Extension(parts): Extension<Arc<Parts>>,
    raw: Request,
) -> Response {
    let InBrowser { door, browser } = request;
    let desk = Desk::at(&door.portreeve, &door.realm, &browser, None, &parts);
    let parameters = Parameters::read(query(&raw)).unwrap_or_default();
    let page = Page::Code {
        code: parameters.given("code"),
        error: parameters.given("error_description").or_else(|| parameters.given("error")),
    };
    let mut response = desk.show(&[], &page);
    desk::keep_from_caches(&mut response);
    door.outcome.served();
    response
}

/// The body of a form, or the page that says why there is none.
async fn read<D: Door>(
    request: InBrowser<D>,
    parts: &Parts,
    body: Body,
) -> Result<(InBrowser<D>, bytes::Bytes), Response> {
    let limit = request.door.portreeve.web.form_limit;
    match form::read(&request.browser.headers, body, limit).await {
        Ok(bytes) => Ok((request, bytes)),
        Err(error) => {
            let InBrowser { door, browser } = request;
            let desk = Desk::at(&door.portreeve, &door.realm, &browser, None, parts);
            let page = PageError::invalid_request("the form cannot be read");
            let page =
                if error == form::FormError::TooLong { page.status(StatusCode::PAYLOAD_TOO_LARGE) } else { page };
            Err(Trouble::Page(page).end(&desk, door.outcome, Vec::new()))
        }
    }
}

fn query(raw: &Request) -> &[u8] {
    raw.uri().query().unwrap_or_default().as_bytes()
}

fn preflight(methods: &'static str) -> MethodRouter<BrowserState> {
    options(move |door: InRealm<DocumentDoor>, headers: HeaderMap| async move {
        door.outcome.served();
        cors::preflight(&headers, methods)
    })
}

async fn other_method(door: InRealm<DocumentDoor>) -> Response {
    door.outcome.refused("invalid_request", vec![("reason".into(), "method not allowed".into())]);
    response::error(StatusCode::METHOD_NOT_ALLOWED, "HTTP 405 Method Not Allowed", "")
}
