//! Routes below `/realms/{realm}/protocol/openid-connect`, and of the documents.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Request};
use axum::response::Response;
use axum::routing::{MethodRouter, get, options, post};
use http::{HeaderMap, StatusCode};
use protocol::{ApiState, InRealm};

use crate::door::{
    DeviceAuthDoor, DocumentDoor, IntrospectDoor, LogoutDoor, ParDoor, RevokeDoor, TokenDoor, UserInfoDoor,
};
use crate::{Parts, cors, device, discovery, frame, introspect, jwks, logout, par, response, revoke, token, userinfo};

/// The endpoints for programs.
pub(crate) fn api(parts: Arc<Parts>) -> Router<ApiState> {
    Router::new()
        .route("/token", post(post_token).merge(preflight("POST, OPTIONS")).fallback(other_method))
        .route("/token/introspect", post(post_introspect).merge(preflight("POST, OPTIONS")).fallback(other_method))
        .route("/revoke", post(post_revoke).merge(preflight("POST, OPTIONS")).fallback(other_method))
        .route(
            "/userinfo",
            get(any_userinfo).post(any_userinfo).merge(preflight(userinfo::METHODS)).fallback(other_method),
        )
        .route("/certs", get(get_certs).merge(preflight("GET, HEAD, OPTIONS")).fallback(other_method))
        .route("/ext/par/request", post(post_par).merge(preflight("POST, OPTIONS")).fallback(other_method))
        .route("/auth/device", post(post_device).merge(preflight("POST, OPTIONS")).fallback(other_method))
        .route("/logout/backchannel-logout", post(post_backchannel_logout).fallback(other_method))
        .route("/login-status-iframe.html", framed(frame::Which::LoginStatus))
        .route("/login-status-iframe.html/init", get(get_frame_init).fallback(other_method))
        .route("/3p-cookies/step1.html", framed(frame::Which::ThirdPartyCookies1))
        .route("/3p-cookies/step2.html", framed(frame::Which::ThirdPartyCookies2))
        .layer(Extension(parts))
}

fn framed(which: frame::Which) -> MethodRouter<ApiState> {
    get(move |door: InRealm<DocumentDoor>| async move { frame::serve(door, which) }).fallback(other_method)
}

async fn get_frame_init(door: InRealm<DocumentDoor>, request: Request) -> Response {
    frame::admits(door, request.uri().query().unwrap_or_default().as_bytes())
}

async fn post_par(door: InRealm<ParDoor>, Extension(parts): Extension<Arc<Parts>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    par::post(door, &parts, &head.headers, body).await
}

async fn post_device(
    door: InRealm<DeviceAuthDoor>,
    Extension(parts): Extension<Arc<Parts>>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    device::post(door, &parts, &head.headers, body).await
}

async fn post_backchannel_logout(door: InRealm<LogoutDoor>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    logout::incoming(door, &head.headers, body).await
}

/// The documents of a realm.
pub(crate) fn well_known() -> Router<ApiState> {
    Router::new().route("/openid-configuration", document()).route("/oauth-authorization-server", document())
}

/// RFC 8414 §3.1: the place between host and path of an issuer that has a path.
pub(crate) fn server_well_known() -> Router<ApiState> {
    Router::new().route("/oauth-authorization-server/realms/{realm}", document())
}

fn document() -> MethodRouter<ApiState> {
    get(get_discovery).merge(preflight("GET, HEAD, OPTIONS")).fallback(other_method)
}

async fn get_discovery(door: InRealm<DocumentDoor>, headers: HeaderMap) -> Response {
    discovery::serve(door, &headers)
}

async fn get_certs(
    door: InRealm<DocumentDoor>,
    Extension(parts): Extension<Arc<Parts>>,
    headers: HeaderMap,
) -> Response {
    jwks::serve(door, &parts, &headers).await
}

async fn post_token(door: InRealm<TokenDoor>, Extension(parts): Extension<Arc<Parts>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    token::post(door, &parts, &head.headers, body).await
}

async fn post_introspect(
    door: InRealm<IntrospectDoor>,
    Extension(parts): Extension<Arc<Parts>>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    introspect::post(door, &parts, &head.headers, body).await
}

async fn post_revoke(door: InRealm<RevokeDoor>, Extension(parts): Extension<Arc<Parts>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    revoke::post(door, &parts, &head.headers, body).await
}

async fn any_userinfo(
    door: InRealm<UserInfoDoor>,
    Extension(parts): Extension<Arc<Parts>>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    userinfo::serve(door, &parts, &head.method, &head.headers, body).await
}

fn preflight(methods: &'static str) -> MethodRouter<ApiState> {
    options(move |door: InRealm<DocumentDoor>, headers: HeaderMap| async move {
        door.outcome.served();
        cors::preflight(&headers, methods)
    })
}

async fn other_method(door: InRealm<DocumentDoor>) -> Response {
    door.outcome.refused("invalid_request", vec![("reason".into(), "method not allowed".into())]);
    response::error(StatusCode::METHOD_NOT_ALLOWED, "HTTP 405 Method Not Allowed", "")
}
