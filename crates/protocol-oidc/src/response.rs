//! Bodies and headers that several endpoints share.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use identity::Error;
use serde::Serialize;

/// For a pool or store that is full.
pub(crate) const BUSY: &str = "The server is busy, try again in a moment";
/// For a fault here.
pub(crate) const BROKEN: &str = "Something went wrong here; the log says what, under the id in X-Request-Id";

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A body of JSON bytes.
pub(crate) fn json_bytes(status: StatusCode, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Body::from(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// A value as JSON.
///
/// # Errors
/// Only if it has no JSON form.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Result<Response, Error> {
    let body = serde_json::to_vec(value).map_err(|error| Error::fault(format!("answer: {error}")))?;
    Ok(json_bytes(status, body))
}

/// An OAuth error body (RFC 6749 §5.2); without a description where that is empty.
pub(crate) fn error(status: StatusCode, error: &str, description: &str) -> Response {
    #[derive(Serialize)]
    struct ErrorBody<'a> {
        error: &'a str,
        #[serde(skip_serializing_if = "str::is_empty")]
        error_description: &'a str,
    }
    // Two texts: there is always a JSON form.
    let body = serde_json::to_vec(&ErrorBody { error, error_description: description }).unwrap_or_default();
    json_bytes(status, body)
}

/// RFC 9449 §8.2: the nonce that the client's next proof is to hold.
pub(crate) fn nonce(response: &mut Response, nonce: Option<&str>) {
    if let Some(nonce) = nonce.and_then(|nonce| HeaderValue::from_str(nonce).ok()) {
        response.headers_mut().insert(crate::dpop::nonce::HEADER, nonce);
    }
}

/// RFC 6749 §5.1: nobody on the way keeps an answer of the token endpoint.
pub(crate) fn no_store(response: &mut Response) {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
}
