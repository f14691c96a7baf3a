//! What others see of it: a request goes out, and an answer or a failure comes back.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

/// A boxed future of a trait object's method.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A request to another server.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// GET or POST.
    pub method: Method,
    /// Where to; from whomever.
    pub url: &'a str,
    /// Headers beside those that every request has.
    pub headers: HeaderMap,
    /// The body; may be empty.
    pub body: Bytes,
}

impl<'a> Request<'a> {
    /// A GET.
    pub fn get(url: &'a str) -> Self {
        Self { method: Method::GET, url, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// A POST of a form, given as it stands on the wire.
    pub fn form(url: &'a str, form: String) -> Self {
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind)]);
        Self { method: Method::POST, url, headers, body: Bytes::from(form) }
    }
}

/// What came back. Never a redirect: that is a failure.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, whole.
    pub body: Bytes,
}

/// Asks other servers. What implements it must not be led to private addresses, to elsewhere, or to endless bodies:
/// addresses come from clients.
pub trait Fetch: Send + Sync + 'static {
    /// Sends a request and reads the whole answer.
    fn send<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Reply, FetchError>>;

    /// The document at an address; anything but 200 is a failure.
    fn get<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Bytes, FetchError>> {
        Box::pin(async move {
            let reply = self.send(Request::get(url)).await?;
            if reply.status == StatusCode::OK { Ok(reply.body) } else { Err(FetchError::Failed) }
        })
    }

    /// Posts a form to an address, and tells the answer's status; its body is of no interest.
    fn post<'a>(&'a self, url: &'a str, form: String) -> BoxFuture<'a, Result<StatusCode, FetchError>> {
        Box::pin(async move { Ok(self.send(Request::form(url, form)).await?.status) })
    }
}

/// Why there is no answer. That is all that whoever asked is told: more would tell them what is behind an address. The log
/// says the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchError {
    /// The address is none that this server asks; to try again is of no use.
    Refused,
    /// It was asked, and nothing came that can be used.
    Failed,
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The same words for both, as people far away may come to read them.
        f.write_str("the address could not be read")
    }
}

impl std::error::Error for FetchError {}

/// Asks nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFetch;

impl Fetch for NoFetch {
    fn send<'a>(&'a self, _request: Request<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
        Box::pin(std::future::ready(Err(FetchError::Refused)))
    }
}
