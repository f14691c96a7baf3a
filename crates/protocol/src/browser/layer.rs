//! The session layer: one cookie for each realm, kept by the store of `tower-sessions` over tickets.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use identity::Realm;
use tower::{Layer as _, ServiceExt as _};
use tower_sessions::SessionManagerLayer;
use tower_sessions::cookie::SameSite;

use super::store::TicketStore;
use super::{BrowserState, cookie_path, is_secure};
use crate::Issuer;
use crate::web::percent_decode;

/// The cookie of a log-in in progress, by Keycloak's name.
pub const SESSION_COOKIE: &str = "AUTH_SESSION_ID";

/// To be put around browser routes with `axum::middleware::from_fn_with_state`. A path that names no realm passes: its
/// door says so.
pub async fn layer(State(state): State<BrowserState>, request: Request<Body>, next: Next) -> Response {
    let Some(realm) = realm_of(&state, request.uri().path()).await else { return next.run(request).await };
    let issuer = Issuer::of(&state.portreeve, &realm);
    let secure = is_secure(&issuer);
    let sessions = SessionManagerLayer::new(TicketStore::new(state.portreeve.identity.clone(), realm))
        .with_name(SESSION_COOKIE)
        .with_path(cookie_path(&issuer))
        .with_http_only(true)
        .with_secure(secure)
        .with_same_site(if secure { SameSite::None } else { SameSite::Lax });
    match sessions.layer(next).oneshot(request).await {
        Ok(response) => response,
        // `Next` cannot fail.
        Err(never) => {
            let _: std::convert::Infallible = never;
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn realm_of(state: &BrowserState, path: &str) -> Option<Arc<Realm>> {
    let name = path.strip_prefix("/realms/")?.split('/').next()?;
    let name = percent_decode(name)?;
    state.portreeve.identity.realm(&name).await.ok().flatten()
}
