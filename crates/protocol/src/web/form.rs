//! Form bodies: any framing, a bounded length, no surprise in the content type.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

/// Most bytes of a form where nothing else is configured.
pub const DEFAULT_LIMIT: usize = 64 * 1024;

/// Why there is no form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormError {
    /// The body is something else.
    NotAForm,
    /// The body is longer than allowed.
    TooLong,
    /// The connection broke while it was read.
    Broken,
}

/// Whether the content type is that of a form; parameters such as `charset` say nothing.
pub fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// Reads a form body, with a length or chunked.
///
/// # Errors
/// Never says anything about the content.
pub async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, FormError> {
    if !is_form(headers) {
        return Err(FormError::NotAForm);
    }
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok())
        .unwrap_or_default();
    if announced > limit as u64 {
        return Err(FormError::TooLong);
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(FormError::TooLong),
        Err(_) => Err(FormError::Broken),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(kind: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        headers
    }

    #[test]
    fn t19_a_charset_does_not_make_it_another_type() {
        assert!(is_form(&headers("application/x-www-form-urlencoded")));
        assert!(is_form(&headers("Application/X-WWW-Form-Urlencoded ; charset=utf-8")));
        assert!(!is_form(&headers("application/json")));
        assert!(!is_form(&headers("multipart/form-data; boundary=application/x-www-form-urlencoded")));
        assert!(!is_form(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn a_body_beyond_the_limit_is_refused_whatever_it_announces() {
        let form = headers("application/x-www-form-urlencoded");
        let read_of = |bytes: usize| {
            let form = form.clone();
            async move { read(&form, Body::from(vec![b'a'; bytes]), 10).await }
        };
        assert_eq!(read_of(10).await.unwrap().len(), 10);
        assert_eq!(read_of(11).await, Err(FormError::TooLong));
        let mut announced = form.clone();
        announced.insert(header::CONTENT_LENGTH, "11".parse().unwrap());
        assert_eq!(read(&announced, Body::empty(), 10).await, Err(FormError::TooLong));
    }
}
