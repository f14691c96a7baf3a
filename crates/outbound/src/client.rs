//! The client itself: one connection a request, to the address that was judged.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Body as _;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::fetch::{BoxFuture, Fetch, FetchError, Reply, Request};
use crate::network::Network;
use crate::places::Places;
use crate::resolve::{Resolve, SystemResolver};
use crate::target::{Peer, Target};
use crate::trust::Authorities;

/// Who asks. Neither a version nor a platform: whoever is asked needs to know neither.
const USER_AGENT: HeaderValue = HeaderValue::from_static("Portreeve");
/// Addresses of one name that are tried.
const MOST_ADDRESSES: usize = 4;
/// An answer's head.
const MOST_HEAD_BYTES: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;

/// Bounds on requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// For a request, from waiting for room to the last byte of its answer.
    pub time: Duration,
    /// For a connection to one address.
    pub connect_time: Duration,
    /// An answer's body.
    pub body_bytes: usize,
    /// Requests at once.
    pub at_once: usize,
    /// Requests to one host at once.
    pub per_host: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(5),
            connect_time: Duration::from_secs(2),
            body_bytes: 64 * 1024,
            at_once: 64,
            per_host: 8,
        }
    }
}

/// What came of the requests, for metrics.
#[derive(Debug, Default)]
pub struct Counts {
    /// Answered, with whatever status.
    pub answered: AtomicU64,
    /// Not sent: the address is none that this server asks.
    pub refused: AtomicU64,
    /// Sent, and nothing came that can be used.
    pub failed: AtomicU64,
}

/// Asks other servers, and lets nobody lead it where it must not go.
pub struct Client {
    network: Network,
    resolver: Arc<dyn Resolve>,
    tls: TlsConnector,
    bounds: Bounds,
    places: Places,
    counts: Arc<Counts>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("network", &self.network).field("bounds", &self.bounds).finish_non_exhaustive()
    }
}

/// Why a request came to nothing: for the log, never for whoever asked.
enum Failure {
    Refused(&'static str),
    Failed(String),
}

impl Failure {
    fn failed(what: &str, why: impl fmt::Display) -> Self {
        Self::Failed(format!("{what}: {why}"))
    }
}

/// A stream that may be encrypted.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A task that ends with whoever waits for it.
struct Driven(JoinHandle<()>);

impl Drop for Driven {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Client {
    /// A client with the usual bounds and the system's resolver.
    ///
    /// # Errors
    /// When the TLS library refuses the authorities, which only a broken build would bring about.
    pub fn new(network: Network, authorities: Authorities) -> Result<Self, String> {
        Self::with(network, authorities, Bounds::default(), Arc::new(SystemResolver::default()))
    }

    /// A client with bounds and a resolver of the caller's choice.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with(
        network: Network,
        authorities: Authorities,
        bounds: Bounds,
        resolver: Arc<dyn Resolve>,
    ) -> Result<Self, String> {
        let tls = TlsConnector::from(authorities.client().map_err(|error| error.to_string())?);
        let places = Places::new(bounds.at_once, bounds.per_host);
        Ok(Self { network, resolver, tls, bounds, places, counts: Arc::default() })
    }

    /// What came of its requests.
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }

    async fn ask(&self, request: Request<'_>, host: &mut String) -> Result<Reply, Failure> {
        let target = Target::parse(request.url).map_err(Failure::Refused)?;
        host.clone_from(&target.host);
        let _place = self.places.enter(&target.host).await.ok_or(Failure::Refused("the client is closed"))?;
        let addresses = self.addresses(&target).await?;
        let stream = self.connect(&target, &addresses).await?;
        let reply = self.exchange(stream, &target, request).await?;
        // RFC 9110 §15.4: whoever answers with another address would choose where this server goes next.
        if reply.status.is_redirection() {
            return Err(Failure::Failed(format!("it redirects ({})", reply.status.as_u16())));
        }
        Ok(reply)
    }

    /// The addresses that may be connected to. The name is looked up once, and what was judged is what is used: a second
    /// look could find another address.
    async fn addresses(&self, target: &Target) -> Result<Vec<IpAddr>, Failure> {
        let found = match &target.peer {
            Peer::Address(address) => vec![*address],
            Peer::Name(name) => {
                self.resolver.resolve(name).await.map_err(|error| Failure::failed("the name is unknown", error))?
            }
        };
        let mut open: Vec<IpAddr> =
            found.iter().filter_map(|address| self.network.admit(*address, target.encrypted)).collect();
        open.truncate(MOST_ADDRESSES);
        if open.is_empty() {
            return Err(if found.is_empty() {
                Failure::Failed("the name has no address".to_owned())
            } else if target.encrypted {
                Failure::Refused("the address is neither public nor within outbound_allow")
            } else {
                Failure::Refused("plain http goes to networks within outbound_allow only")
            });
        }
        Ok(open)
    }

    async fn connect(&self, target: &Target, addresses: &[IpAddr]) -> Result<Box<dyn Stream>, Failure> {
        let mut last = Failure::Failed("no address".to_owned());
        for address in addresses {
            let socket = SocketAddr::new(*address, target.port);
            match timeout(self.bounds.connect_time, TcpStream::connect(socket)).await {
                Ok(Ok(stream)) => return self.encrypt(target, stream).await,
                Ok(Err(error)) => last = Failure::failed("no connection", error),
                Err(_) => last = Failure::Failed("no connection in time".to_owned()),
            }
        }
        Err(last)
    }

    async fn encrypt(&self, target: &Target, stream: TcpStream) -> Result<Box<dyn Stream>, Failure> {
        // A request is one packet or two: waiting to fill one only adds delay.
        let _ = stream.set_nodelay(true);
        if !target.encrypted {
            return Ok(Box::new(stream));
        }
        let name = target.server_name().ok_or(Failure::Refused("the host is no name that a certificate could have"))?;
        let stream = self.tls.connect(name, stream).await.map_err(|error: io::Error| Failure::failed("TLS", error))?;
        Ok(Box::new(stream))
    }

    async fn exchange(&self, stream: Box<dyn Stream>, target: &Target, request: Request<'_>) -> Result<Reply, Failure> {
        let mut http = http1::Builder::new();
        http.max_buf_size(MOST_HEAD_BYTES).max_headers(MOST_HEADERS);
        let shaken = http.handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = shaken.map_err(|error| Failure::failed("HTTP", error))?;
        // Its errors are those of the answer.
        let _driven = Driven(tokio::spawn(async move { drop(connection.await) }));

        let mut message = http::Request::new(Full::new(request.body));
        *message.method_mut() = request.method;
        *message.uri_mut() = target.path.clone();
        *message.headers_mut() = headers(request.headers, target);
        let answer = sender.send_request(message).await.map_err(|error| Failure::failed("HTTP", error))?;
        let (head, body) = answer.into_parts();
        // None was asked for, and a small compressed body can become a large one.
        if head.headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
            return Err(Failure::Failed("the answer is compressed".to_owned()));
        }
        // What says at once that it is too long need not be read first.
        if body.size_hint().lower() > self.bounds.body_bytes as u64 {
            return Err(Failure::Failed("the answer is too long".to_owned()));
        }
        let read = Limited::new(body, self.bounds.body_bytes).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                Failure::Failed("the answer is too long".to_owned())
            } else {
                Failure::failed("HTTP", error)
            }
        })?;
        let body: Bytes = read.to_bytes();
        Ok(Reply { status: head.status, headers: head.headers, body })
    }
}

/// The headers of a request: the caller's, and ours over them.
fn headers(mut own: HeaderMap, target: &Target) -> HeaderMap {
    own.insert(header::HOST, target.authority.clone());
    own.insert(header::USER_AGENT, USER_AGENT);
    own.insert(header::CONNECTION, HeaderValue::from_static("close"));
    own.entry(header::ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    own
}

impl Fetch for Client {
    fn send<'a>(&'a self, request: Request<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
        Box::pin(async move {
            let mut host = String::new();
            let asked = timeout(self.bounds.time, self.ask(request, &mut host)).await;
            let failure = match asked {
                Ok(Ok(reply)) => {
                    self.counts.answered.fetch_add(1, Ordering::Relaxed);
                    return Ok(reply);
                }
                Ok(Err(failure)) => failure,
                Err(_) => Failure::Failed("no answer in time".to_owned()),
            };
            let (count, reason, error) = match &failure {
                Failure::Refused(reason) => (&self.counts.refused, *reason, FetchError::Refused),
                Failure::Failed(reason) => (&self.counts.failed, reason.as_str(), FetchError::Failed),
            };
            count.fetch_add(1, Ordering::Relaxed);
            // Path and query stay out of it: they may hold what is secret elsewhere.
            tracing::warn!(host, reason, "another server could not be asked");
            Err(error)
        })
    }
}

#[cfg(test)]
mod tests;
