//! Answers outside every door, in Keycloak's words.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{StatusCode, Uri};

/// `{"error": …}` with Keycloak's content type.
pub(crate) fn error(status: StatusCode, words: &'static str) -> Response {
    json(status, serde_json::json!({ "error": words }).to_string())
}

/// A JSON answer.
pub(crate) fn json(status: StatusCode, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A path that no route knows.
pub(crate) async fn nowhere(uri: Uri) -> Response {
    let inside = uri.path().starts_with("/realms/");
    let words = if inside { "HTTP 404 Not Found" } else { "Unable to find matching target resource method" };
    error(StatusCode::NOT_FOUND, words)
}

/// A route that does not know the method.
pub(crate) async fn wrong_method() -> Response {
    error(StatusCode::METHOD_NOT_ALLOWED, "HTTP 405 Method Not Allowed")
}

/// Somebody looks whether anybody is there.
pub(crate) async fn root() -> Response {
    "Portreeve is running. A realm's own document is at /realms/NAME.\n".into_response()
}
