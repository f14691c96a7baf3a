//! The layer in front of every route: request facts on the way in, security headers on the way out.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue, header};

use super::RequestFacts;
use crate::Portreeve;

/// The request's id in its answer.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

static ALWAYS: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains")),
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("none")),
    // RFC 9700 §4.2 and §4.16: no script, no frame, even if an answer is taken for a page.
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"),
    ),
];

/// To be put around all routes with `axum::middleware::from_fn_with_state`. A route that sets one of the headers itself
/// (a page its own content policy) keeps its own.
pub async fn layer(State(portreeve): State<Portreeve>, request: Request<Body>, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let facts = RequestFacts::of(&parts, &portreeve);
    parts.extensions.insert(facts);
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let headers = response.headers_mut();
    headers.reserve(ALWAYS.len() + 1);
    for (name, value) in &ALWAYS {
        headers.entry(name).or_insert_with(|| value.clone());
    }
    if let Ok(id) = HeaderValue::from_str(facts.id.as_str()) {
        headers.insert(REQUEST_ID, id);
    }
    response
}
