//! A request of a browser inside a realm.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use tower_sessions::Session;

use super::BrowserState;
use crate::{Door, InRealm, Interaction, Pages};

/// What a browser's request has besides the realm.
#[derive(Clone)]
pub struct Browser {
    /// Brings a logged-in person.
    pub interaction: Arc<dyn Interaction>,
    /// What a person is shown when something cannot go on.
    pub pages: Arc<dyn Pages>,
    /// The request's headers, cookies and languages among them.
    pub headers: HeaderMap,
    /// The log-in in progress of this browser in this realm; empty until something is put into it.
    pub session: Session,
}

/// [`InRealm`] for the browser half of a plugin.
pub struct InBrowser<D: Door> {
    /// Realm, peer, and the open end of the request.
    pub door: InRealm<D>,
    /// The browser's side.
    pub browser: Browser,
}

impl<D: Door> FromRequestParts<BrowserState> for InBrowser<D> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &BrowserState) -> Result<Self, Response> {
        let door = InRealm::<D>::from_request_parts(parts, state).await?;
        // The layer puts it there for every realm that exists; without it a route was mounted in the wrong half.
        let Some(session) = parts.extensions.get::<Session>().cloned() else {
            door.outcome.fault(&identity::Error::fault("a browser route without the session layer"));
            return Err(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        };
        let browser = Browser {
            interaction: Arc::clone(&state.interaction),
            pages: Arc::clone(&state.pages),
            headers: parts.headers.clone(),
            session,
        };
        Ok(Self { door, browser })
    }
}
