//! The answer to who gets a token.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Answer of GET and POST alike: some clients read `token`, others `access_token`, each on either.
#[derive(Debug, Serialize)]
pub(crate) struct TokenResponse<'a> {
    /// The JWT.
    pub token: &'a str,
    /// The same.
    pub access_token: &'a str,
    /// RFC 6749 §5.1.
    pub token_type: &'static str,
    /// Whole seconds; a fraction fails Go's decoding.
    pub expires_in: i64,
    /// UTC; clients count the lifetime from here.
    pub issued_at: String,
    /// What was granted.
    pub scope: &'a str,
    /// The identity token, only where one was asked for or shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<&'a str>,
}

impl TokenResponse<'_> {
    /// The whole answer.
    ///
    /// # Errors
    /// Only if it has no JSON form.
    pub(crate) fn write(&self) -> Result<Response, serde_json::Error> {
        let mut body = Vec::with_capacity(2 * self.token.len() + self.scope.len() + 256);
        serde_json::to_writer(&mut body, self)?;
        Ok(json(StatusCode::OK, Body::from(body)))
    }
}

/// RFC 3339 in UTC, with whole seconds.
pub(crate) fn rfc3339(unix_seconds: i64) -> String {
    OffsetDateTime::from_unix_timestamp(unix_seconds)
        .ok()
        .and_then(|moment| moment.format(&Rfc3339).ok())
        .unwrap_or_else(|| "1970-01-01T00:00:00Z".into())
}

/// A JSON answer that nobody keeps (RFC 6749 §5.1; Keycloak's words).
pub(crate) fn json(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, must-revalidate, max-age=0"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t35_issued_at_is_utc_whatever_the_zone() {
        assert_eq!(rfc3339(1_795_000_000), "2026-11-18T11:06:40Z");
    }

    #[test]
    fn keys_stand_in_keycloaks_order_with_ours_between() {
        let answer = TokenResponse {
            token: "t",
            access_token: "t",
            token_type: "Bearer",
            expires_in: 300,
            issued_at: rfc3339(0),
            scope: "",
            refresh_token: None,
        };
        assert_eq!(
            serde_json::to_string(&answer).unwrap(),
            r#"{"token":"t","access_token":"t","token_type":"Bearer","expires_in":300,"issued_at":"1970-01-01T00:00:00Z","scope":""}"#
        );
    }
}
