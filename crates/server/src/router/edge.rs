//! What is refused before any route sees it.

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, StatusCode};
use http_body_util::Limited;

use super::answers;
use super::path::{self, PathFault};

/// Path, encoding and size.
pub(crate) async fn check(body_bytes: usize, request: Request, next: Next) -> Response {
    match path::check(request.uri().path()) {
        Ok(()) => {}
        Err(PathFault::NotNormal) => {
            let words = r#"{"error":"missingNormalization","error_description":"Request path not normalized"}"#;
            return answers::json(StatusCode::BAD_REQUEST, words.to_owned());
        }
        Err(PathFault::Hidden) => return answers::error(StatusCode::NOT_FOUND, "HTTP 404 Not Found"),
    }
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    // RFC 9110 §15.5.16: a content coding that is not supported is answered 415. None is: a small compressed body can
    // become a large one.
    if request.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return answers::error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "HTTP 415 Unsupported Media Type");
    }
    if announced(request.headers()).is_some_and(|length| length > body_bytes as u64) {
        return answers::error(StatusCode::PAYLOAD_TOO_LARGE, "HTTP 413 Content Too Large");
    }
    next.run(request.map(|body| Body::new(Limited::new(body, body_bytes)))).await
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
