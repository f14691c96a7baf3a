//! One request of a browser to the pages.

use std::borrow::Cow;
use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, HeaderValue, LOCATION};
use identity::{Client, Error, LiveSession, Realm};
use protocol::web::RequestFacts;
use protocol::{Browser, Details, ErrorPage, Issuer, Outcome, Pages as _, Portreeve};

use crate::Login;
use crate::tab::Tab;

/// One request.
pub(crate) struct Visit {
    pub(crate) login: Login,
    pub(crate) portreeve: Portreeve,
    pub(crate) realm: Arc<Realm>,
    pub(crate) facts: RequestFacts,
    pub(crate) outcome: Outcome,
    pub(crate) browser: Browser,
    pub(crate) client: Arc<Client>,
    /// The session that the browser had when it came.
    pub(crate) session: Option<LiveSession>,
}

/// No page of a log-in is kept by anybody: the back button asks again.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store, must-revalidate, max-age=0");

impl Visit {
    pub(crate) fn issuer(&self) -> Issuer {
        Issuer::of(&self.portreeve, &self.realm)
    }

    /// An address of the pages, for this tab. `code` only where a form comes back to it.
    pub(crate) fn address(&self, tab: &Tab, path: &str, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in more {
            query.append_pair(name, value);
        }
        query.append_pair("client_id", &self.client.client_id);
        query.append_pair("tab_id", &tab.id);
        format!("{}?{}", self.issuer().join(&format!("login-actions/{path}")), query.finish())
    }

    /// What the event of a log-in tells.
    pub(crate) fn details(&self, tab: &Tab) -> Details {
        let mut details = vec![
            (Cow::Borrowed("auth_method"), self.client.protocol.to_string()),
            (Cow::Borrowed("code_id"), tab.id.clone()),
        ];
        if let Some(username) = &tab.flow.username {
            details.push((Cow::Borrowed("username"), protocol::short(username)));
        }
        if let Some(way_back) = &tab.way_back {
            details.push((Cow::Borrowed("redirect_uri"), protocol::short(way_back)));
        }
        if tab.flow.remember_me {
            details.push((Cow::Borrowed("remember_me"), "true".to_owned()));
        }
        details
    }

    /// A page that says why nothing goes on, and the event of it.
    pub(crate) fn refuse(self, status: StatusCode, message: &str, error: &'static str) -> Response {
        let page = ErrorPage { realm: Some(&self.realm), client: Some(&self.client), status, message, arguments: &[] };
        let response = self.login.error(&self.portreeve, &self.browser.headers, &page);
        self.outcome.refused(error, Details::new());
        response
    }

    /// Something here is broken, or too much is asked at once.
    pub(crate) fn fail(self, error: Error) -> Response {
        let (status, message) = match &error {
            Error::Busy { .. } => (StatusCode::SERVICE_UNAVAILABLE, "temporarilyUnavailable"),
            Error::Refused(_) | Error::Conflict(_) | Error::Invalid(_) | Error::NotFound(_) => {
                (StatusCode::BAD_REQUEST, "unexpectedErrorHandlingRequestMessage")
            }
            Error::Fault(_) => (StatusCode::INTERNAL_SERVER_ERROR, "unexpectedErrorHandlingRequestMessage"),
        };
        let page = ErrorPage { realm: Some(&self.realm), client: Some(&self.client), status, message, arguments: &[] };
        let mut response = self.login.error(&self.portreeve, &self.browser.headers, &page);
        match error {
            Error::Busy { retry_after_seconds } => {
                response.headers_mut().insert(http::header::RETRY_AFTER, HeaderValue::from(retry_after_seconds));
                self.outcome.refused("temporarily_unavailable", Details::new());
            }
            error @ Error::Fault(_) => self.outcome.fault(&error),
            other => {
                tracing::info!(request_id = self.facts.id.as_str(), "{other}");
                self.outcome.refused("invalid_request", Details::new());
            }
        }
        response
    }
}

/// RFC 9700 §4.12: a redirect after a form makes the browser come with GET, and its fields stay here.
pub(crate) fn redirect(to: &str) -> Response {
    let mut response = StatusCode::FOUND.into_response();
    if let Ok(location) = HeaderValue::from_str(to) {
        response.headers_mut().insert(LOCATION, location);
    }
    response.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    response
}

/// A page that is not kept.
pub(crate) fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    response
}
