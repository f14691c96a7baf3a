//! What every answer to a browser needs in hand.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use identity::{Client, Error, Realm};
use protocol::{Browser, Details, ErrorPage, Issuer, Outcome, Page, PageFrame, Pages, Portreeve};

use crate::Parts;
use crate::client_auth::KeySets;
use crate::keys::Headers;

/// Where a browser is answered from.
#[derive(Clone, Copy)]
pub(crate) struct Desk<'a> {
    pub portreeve: &'a Portreeve,
    pub realm: &'a Arc<Realm>,
    pub pages: &'a dyn Pages,
    /// Headers of the request.
    pub asked: &'a HeaderMap,
    /// The client, once it is known.
    pub client: Option<&'a Arc<Client>>,
    /// Headers of signed answers.
    pub headers: &'a Headers,
    /// Keys of clients, for encrypted ones.
    pub key_sets: &'a KeySets,
}

impl<'a> Desk<'a> {
    /// The desk of a request.
    pub(crate) fn at(
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        browser: &'a Browser,
        client: Option<&'a Arc<Client>>,
        parts: &'a Parts,
    ) -> Self {
        Self {
            portreeve,
            realm,
            pages: &*browser.pages,
            asked: &browser.headers,
            client,
            headers: &parts.headers,
            key_sets: &parts.key_sets,
        }
    }

    /// The realm's issuer.
    pub(crate) fn issuer(&self) -> Issuer {
        Issuer::of(self.portreeve, self.realm)
    }

    /// Why nothing goes on from here. Never a redirect: whoever wrote the request may be anybody (RFC 6749 §4.1.2.1).
    pub(crate) fn error(&self, error: &PageError) -> Response {
        let arguments: Vec<&str> = error.argument.iter().copied().collect();
        let page = ErrorPage {
            realm: Some(self.realm),
            client: self.client,
            status: error.status,
            message: error.message,
            arguments: &arguments,
        };
        self.pages.error(self.portreeve, self.asked, &page)
    }

    /// Any other page.
    pub(crate) fn show(&self, ui_locales: &[String], page: &Page<'_>) -> Response {
        let frame = PageFrame { realm: self.realm, client: self.client, ui_locales };
        self.pages.show(self.portreeve, self.asked, &frame, page)
    }
}

/// A page that says why nothing goes on, and the event's word for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageError {
    pub status: StatusCode,
    /// Key of the message bundles.
    pub message: &'static str,
    pub argument: Option<&'static str>,
    /// Keycloak's word for the event.
    pub event: &'static str,
    /// What the event tells besides.
    pub reason: Option<String>,
}

impl PageError {
    /// A 400 page.
    pub(crate) fn new(message: &'static str, event: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message, argument: None, event, reason: None }
    }

    /// A 400 page about one parameter.
    pub(crate) fn parameter(name: &'static str, event: &'static str) -> Self {
        Self { argument: Some(name), ..Self::new("invalidParameterMessage", event) }
    }

    /// The page for what has no better words.
    pub(crate) fn invalid_request(reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..Self::new("invalidRequestMessage", "invalid_request") }
    }

    /// With this status.
    pub(crate) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

/// Why a browser gets a page instead of what it asked for.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Somebody's mistake.
    Page(PageError),
    /// Something here is busy or broken.
    Store(Error),
}

impl From<PageError> for Trouble {
    fn from(error: PageError) -> Self {
        Self::Page(error)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl Trouble {
    /// Ends the request in its event, and tells the person.
    pub(crate) fn end(&self, desk: &Desk<'_>, outcome: Outcome, mut details: Details) -> Response {
        match self {
            Self::Page(error) => {
                details.extend(error.reason.iter().map(|reason| ("reason".into(), protocol::short(reason))));
                outcome.refused(error.event, details);
                desk.error(error)
            }
            Self::Store(error) => {
                let status = if let Error::Busy { .. } = error {
                    outcome.refused("busy", details);
                    StatusCode::SERVICE_UNAVAILABLE
                } else {
                    outcome.fault(error);
                    StatusCode::INTERNAL_SERVER_ERROR
                };
                let mut response = desk.error(&PageError::new("internalServerError", "").status(status));
                if let Error::Busy { retry_after_seconds } = error {
                    response
                        .headers_mut()
                        .insert(header::RETRY_AFTER, HeaderValue::from((*retry_after_seconds).max(1)));
                }
                response
            }
        }
    }
}

/// Sends the browser elsewhere. An address that may not stand in a header was refused long before.
pub(crate) fn redirect(status: StatusCode, location: &str) -> Response {
    let mut response = Response::default();
    match HeaderValue::from_str(location) {
        Ok(location) => {
            *response.status_mut() = status;
            response.headers_mut().insert(header::LOCATION, location);
        }
        Err(_) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
    response
}

/// Nobody on the way keeps an answer that holds a code or says who is logged in.
pub(crate) fn keep_from_caches(response: &mut Response) {
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, must-revalidate, max-age=0"));
}
