//! The one URL that issuers and links are built on.

use std::net::SocketAddr;

use http::Uri;

/// What holds when nobody says otherwise.
pub(crate) fn of_listener(listen: SocketAddr, tls: bool) -> String {
    with_port(tls, "localhost", listen.port())
}

/// Reads a URL or, as Keycloak's `hostname` allows, a bare host name.
///
/// A bare name takes the listener's port, unless a proxy stands in front: then it is https on its own port, as there is
/// no other answer that does not believe a request's headers.
pub(crate) fn parse(text: &str, listen: SocketAddr, tls: bool, proxied: bool) -> Result<String, String> {
    if !text.contains("://") {
        let bare = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
        return match (bare, proxied) {
            (false, _) => Err(format!("takes a URL such as https://id.example.com, or a host name, not {text:?}")),
            (true, true) => Ok(format!("https://{text}")),
            (true, false) => Ok(with_port(tls, text, listen.port())),
        };
    }
    let trimmed = text.trim_end_matches('/');
    let uri: Uri = trimmed.parse().map_err(|_| format!("is not a URL: {text:?}"))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err("takes an http or https URL".to_owned());
    }
    let authority = uri.authority().map(http::uri::Authority::as_str).unwrap_or_default();
    if authority.is_empty() || authority.contains('@') {
        return Err("takes a URL with a host and without a user".to_owned());
    }
    if uri.query().is_some() || trimmed.contains('#') {
        return Err("takes a URL without a query or a fragment".to_owned());
    }
    Ok(trimmed.to_owned())
}

/// The same host and path by `https` at another port.
pub(crate) fn at_port(url: &str, port: u16) -> Result<String, String> {
    let uri: Uri = url.parse().map_err(|_| format!("is not a URL: {url:?}"))?;
    let host = uri.host().ok_or_else(|| "takes a URL with a host".to_owned())?;
    Ok(format!("{}{}", with_port(true, host, port), uri.path().trim_end_matches('/')))
}

fn with_port(tls: bool, host: &str, port: u16) -> String {
    match (tls, port) {
        (true, 443) => format!("https://{host}"),
        (true, port) => format!("https://{host}:{port}"),
        (false, 80) => format!("http://{host}"),
        (false, port) => format!("http://{host}:{port}"),
    }
}
