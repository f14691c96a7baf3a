//! Pages of other origins (Fetch §3.2): documents are for everybody, answers for the origins that a client names.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use identity::Client;

const TRUE: HeaderValue = HeaderValue::from_static("true");
/// Keycloak's list, on every endpoint.
const HEADERS: HeaderValue = HeaderValue::from_static(
    "Origin, Accept, X-Requested-With, Content-Type, Access-Control-Request-Method, Access-Control-Request-Headers, \
     Authorization, DPoP",
);

/// A preflight: it shows no credentials and names no client, so every origin is let through to ask. What it may read of the
/// answer is decided there.
pub(crate) fn preflight(request: &HeaderMap, methods: &'static str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::OK;
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, HeaderValue::from_static(methods));
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = request.get(header::ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    }
    response
}

/// Lets any page read what everybody may read; Keycloak echoes the origin.
pub(crate) fn share(response: &mut Response, request: &HeaderMap) {
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = request.get(header::ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
    }
}

/// Whether a page of this request's origin may use the client. Without an origin it is no page.
pub(crate) fn admits(client: &Client, request: &HeaderMap) -> bool {
    request.get(header::ORIGIN).is_none_or(|origin| origin.to_str().is_ok_and(|origin| allows(client, origin)))
}

/// Lets the page of an allowed origin read the answer.
pub(crate) fn allow(response: &mut Response, client: Option<&Client>, request: &HeaderMap) {
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let (Some(client), Some(origin)) = (client, request.get(header::ORIGIN)) else { return };
    if origin.to_str().is_ok_and(|origin| allows(client, origin)) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("Access-Control-Allow-Methods, WWW-Authenticate, DPoP-Nonce"),
        );
    }
}

fn allows(client: &Client, origin: &str) -> bool {
    web_origins(client).iter().any(|allowed| allowed == "*" || allowed == origin)
}

/// The client's web origins, `+` resolved to the origins of its redirect URIs: what `allowed-origins` of a token holds too.
pub(crate) fn web_origins(client: &Client) -> Vec<String> {
    let mut origins: Vec<String> = Vec::new();
    let mut add = |origin: &str| {
        let origin = origin.trim_end_matches('/');
        if !origin.is_empty() && !origins.iter().any(|known| known == origin) {
            origins.push(origin.to_owned());
        }
    };
    for allowed in &client.web_origins {
        if allowed == "+" {
            let root = client.root_url.as_deref().and_then(origin_of);
            client.redirect_uris.iter().filter_map(|uri| origin_of(uri)).chain(root).for_each(&mut add);
        } else {
            add(allowed);
        }
    }
    origins
}

/// RFC 6454 §4: scheme, host and port of a URI.
fn origin_of(uri: &str) -> Option<&str> {
    let (scheme, rest) = uri.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let web = matches!(scheme, "http" | "https") && !host.is_empty() && !host.contains(['*', '@']);
    web.then(|| uri.get(..scheme.len() + 3 + host.len())).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_from_redirect_uris() {
        assert_eq!(origin_of("https://ui.example/callback?x#y"), Some("https://ui.example"));
        assert_eq!(origin_of("http://localhost:8081/*"), Some("http://localhost:8081"));
        for none in ["/relative", "https://*", "https://*.example/x", "https://a@b/", "https:///x", "com.app://cb", "*"]
        {
            assert_eq!(origin_of(none), None, "{none}");
        }
    }

    #[test]
    fn a_preflight_without_an_origin_tells_only_the_methods() {
        let answer = preflight(&HeaderMap::new(), "POST, OPTIONS");
        assert_eq!(answer.headers()[header::ALLOW], "POST, OPTIONS");
        assert!(!answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    }
}
