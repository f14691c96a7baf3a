//! What is refused before any route sees it.

use std::sync::Arc;

use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, StatusCode};
use http_body_util::Limited;
use identity::Identity;
use protocol::Portreeve;
use protocol::web::{OverLimit, RequestFacts};

use super::pace::Pace;
use super::path::{self, PathFault};
use super::{RouterSettings, answers};

/// Most bytes of a body that administers.
const ADMIN_BODY_BYTES: usize = 64 * 1024 * 1024;

/// What the edge goes by.
pub(crate) struct Edge {
    identity: Identity,
    body_bytes: usize,
    admin_body_bytes: usize,
    pace: Option<Pace>,
}

impl Edge {
    pub(crate) fn new(portreeve: &Portreeve, settings: &RouterSettings) -> Self {
        Self {
            identity: portreeve.identity.clone(),
            body_bytes: settings.body_bytes,
            admin_body_bytes: settings.body_bytes.max(ADMIN_BODY_BYTES),
            pace: Pace::new(settings.requests_per_second_per_address),
        }
    }

    /// Realms come in whole; who may not administer is refused before any of it is read.
    fn limit(&self, path: &str) -> usize {
        if path.starts_with("/admin/") { self.admin_body_bytes } else { self.body_bytes }
    }

    /// Marks a request whose address asks too often; its door refuses it in its own words.
    fn pace(&self, request: &mut Request) {
        let Some(pace) = &self.pace else { return };
        let Some(facts) = request.extensions().get::<RequestFacts>() else { return };
        if let Err(retry_after_seconds) = pace.take(facts.address, self.identity.clock().monotonic_micros()) {
            request.extensions_mut().insert(OverLimit { retry_after_seconds });
        }
    }
}

/// Path, pace, encoding and size.
pub(crate) async fn check(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    match path::check(request.uri().path()) {
        Ok(()) => {}
        Err(PathFault::NotNormal) => {
            let words = r#"{"error":"missingNormalization","error_description":"Request path not normalized"}"#;
            let mut answer = answers::json(StatusCode::BAD_REQUEST, words.to_owned());
            answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=UTF-8"));
            return answer;
        }
        Err(PathFault::Hidden) => return answers::error(StatusCode::NOT_FOUND, "HTTP 404 Not Found"),
    }
    edge.pace(&mut request);
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    // RFC 9110 §15.5.16: a content coding that is not supported is answered 415. None is: a small compressed body can
    // become a large one.
    if request.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return answers::error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "HTTP 415 Unsupported Media Type");
    }
    let limit = edge.limit(request.uri().path());
    if announced(request.headers()).is_some_and(|length| length > limit as u64) {
        return answers::error(StatusCode::PAYLOAD_TOO_LARGE, "HTTP 413 Content Too Large");
    }
    next.run(request.map(|body| Body::new(Limited::new(body, limit)))).await
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
