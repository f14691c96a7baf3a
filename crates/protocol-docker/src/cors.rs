//! Registry web pages that ask for tokens from a browser: a client's web origins.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use identity::{Client, Realm};

use crate::PROTOCOL;
use crate::settings::DockerClient;

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, OPTIONS");

/// Whether the client lets pages of this origin call. `+` stands for the origins of its redirect URIs, `*` for any.
pub(crate) fn allows(client: &Client, origin: &str) -> bool {
    client.web_origins.iter().any(|allowed| match allowed.as_str() {
        "*" => true,
        "+" => client.redirect_uris.iter().any(|uri| origin_of(uri) == Some(origin)),
        exact => exact.trim_end_matches('/') == origin,
    })
}

/// RFC 6454 §4: scheme, host and port of a URI.
fn origin_of(uri: &str) -> Option<&str> {
    let (scheme, rest) = uri.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty() && !host.contains(['*', '@']))?;
    uri.get(..scheme.len() + 3 + host.len())
}

/// Lets a page of an allowed origin read the answer, with its challenge.
pub(crate) fn allow(response: &mut Response, origin: Option<&HeaderValue>, client: &Client) {
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin
        && origin.to_str().is_ok_and(|text| allows(client, text))
    {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("WWW-Authenticate, Retry-After, X-Request-Id"),
        );
    }
}

fn is_named(client: &Client, service: &str) -> bool {
    service == &*client.client_id
        || client
            .typed(DockerClient::read)
            .settings
            .as_ref()
            .is_ok_and(|settings| settings.aliases.iter().any(|alias| alias == service))
}

/// OPTIONS, also a browser's preflight, which shows no credentials: allowed for the origins of the client that the query
/// names, or of any of the realm's registry clients where it names none (a POST has its `service` in the form).
pub(crate) fn options(realm: &Realm, service: Option<&str>, headers: &HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::OK;
    let out = response.headers_mut();
    out.insert(header::ALLOW, METHODS);
    out.insert(header::VARY, HeaderValue::from_static("Origin, Access-Control-Request-Headers"));
    let Some(origin) = headers.get(header::ORIGIN) else { return response };
    let Ok(text) = origin.to_str() else { return response };
    let mut clients = realm.clients().filter(|client| {
        client.enabled && &*client.protocol == PROTOCOL && service.is_none_or(|service| is_named(client, service))
    });
    if clients.any(|client| allows(client, text)) {
        out.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        out.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        out.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        out.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("Origin, Accept, X-Requested-With, Content-Type, Authorization"),
        );
        out.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_from_redirect_uris() {
        assert_eq!(origin_of("https://ui.example/callback?x#y"), Some("https://ui.example"));
        assert_eq!(origin_of("http://localhost:8081/*"), Some("http://localhost:8081"));
        for none in ["/relative", "https://*", "https://*.example/x", "https://a@b/", "https:///x", "*"] {
            assert_eq!(origin_of(none), None, "{none}");
        }
    }
}
