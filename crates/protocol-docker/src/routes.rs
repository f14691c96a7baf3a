//! Routes, below `/realms/{realm}/protocol/docker-v2` and, for one realm, at `/auth/token` and `/auth`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Request};
use axum::response::Response;
use axum::routing::{MethodRouter, get, options};
use protocol::web::form;
use protocol::{ApiState, InRealm};

use crate::error::TokenError;
use crate::keys::{self, Document};
use crate::request::TokenRequest;
use crate::{Docker, Parts, cors, token};

/// The plugin's routes. A trailing slash is answered itself: a client that follows a redirect drops its credentials.
pub(crate) fn router(parts: Arc<Parts>) -> Router<ApiState> {
    Router::new()
        .route("/auth", token_route())
        .route("/auth/", token_route())
        .route("/token", token_route())
        .route("/token/", token_route())
        .route("/certs", document_route(Document::Jwks))
        .route("/certs/", document_route(Document::Jwks))
        .route("/root-cert-bundle.pem", document_route(Document::Bundle))
        .fallback(not_found)
        .layer(Extension(parts))
}

/// GET (and with it HEAD), POST and OPTIONS of the token endpoint.
pub(crate) fn token_route() -> MethodRouter<ApiState> {
    get(get_token).post(post_token).options(preflight).fallback(other_method)
}

fn document_route(which: Document) -> MethodRouter<ApiState> {
    get(move |door: InRealm<Docker>, Extension(parts): Extension<Arc<Parts>>| async move {
        keys::serve(door, &parts.documents, which).await
    })
    .merge(options(preflight))
    .fallback(other_method)
}

async fn get_token(door: InRealm<Docker>, Extension(parts): Extension<Arc<Parts>>, request: Request) -> Response {
    let read = TokenRequest::from_query(request.uri().query().unwrap_or_default(), request.headers());
    token::answer(door, &parts, request.headers(), read).await
}

async fn post_token(door: InRealm<Docker>, Extension(parts): Extension<Arc<Parts>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let query = head.uri.query().unwrap_or_default();
    match form::read(&head.headers, body, door.portreeve.web.form_limit).await {
        Ok(form) => {
            let read = TokenRequest::from_form(&form, query, &head.headers);
            token::answer(door, &parts, &head.headers, read).await
        }
        Err(error) => token::answer(door, &parts, &head.headers, Err(TokenError::Form(error))).await,
    }
}

async fn preflight(door: InRealm<Docker>, request: Request) -> Response {
    let service = request
        .uri()
        .query()
        .and_then(|query| form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "service"))
        .map(|(_, value)| value);
    let response = cors::options(&door.realm, service.as_deref(), request.headers());
    door.outcome.served();
    response
}

async fn other_method(door: InRealm<Docker>) -> Response {
    let response = TokenError::MethodNotAllowed.response(&door.realm.name, &[]);
    door.outcome.refused("invalid_request", vec![("reason".into(), "method not allowed".into())]);
    response
}

async fn not_found(door: InRealm<Docker>) -> Response {
    let response = TokenError::NotFound.response(&door.realm.name, &[]);
    door.outcome.refused("invalid_request", vec![("reason".into(), "no such address".into())]);
    response
}
