//! Addresses of a client's own server, which this server asks.

use std::borrow::Cow;

use identity::Client;

/// The address in full: a relative one starts from the client's `rootUrl`, as in Keycloak. Without that it stays as it is, and
/// nobody is asked.
pub(crate) fn absolute<'u>(client: &Client, url: &'u str) -> Cow<'u, str> {
    match client.root_url.as_deref() {
        Some(root) if url.starts_with('/') => Cow::Owned(format!("{}{url}", root.trim_end_matches('/'))),
        _ => Cow::Borrowed(url),
    }
}
