//! Asking other servers, through whoever guards that.

use std::fmt;

use bytes::Bytes;
use protocol::BoxFuture;

/// Reads documents of others. What implements it must not be led to private addresses, to elsewhere, or to endless bodies:
/// addresses come from clients.
pub trait Fetch: Send + Sync + 'static {
    /// Posts a form to an address, and tells the answer's status; its body is of no interest.
    fn post<'a>(&'a self, url: &'a str, form: String) -> BoxFuture<'a, Result<u16, FetchError>>;

    /// The body at an address.
    fn get<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Bytes, FetchError>>;
}

/// Why there is no body; the same for all who asked, so that nobody learns what is behind an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchError(pub String);

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FetchError {}

/// Asks nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFetch;

impl Fetch for NoFetch {
    fn post<'a>(&'a self, _url: &'a str, _form: String) -> BoxFuture<'a, Result<u16, FetchError>> {
        Box::pin(std::future::ready(Err(FetchError("this server asks no other".into()))))
    }

    fn get<'a>(&'a self, _url: &'a str) -> BoxFuture<'a, Result<Bytes, FetchError>> {
        Box::pin(std::future::ready(Err(FetchError("this server asks no other".into()))))
    }
}
