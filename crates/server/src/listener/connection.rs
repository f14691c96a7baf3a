//! One connection, from its handshake to its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::header::{CONNECTION, HOST, HeaderValue, TRANSFER_ENCODING};
use http::{Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use protocol::web::{Connection, PeerCertificate};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tower_service::Service;

use super::activity::Activity;
use super::body::{Counted, Timely};
use super::client_certificate::ClientAuthorities;
use super::io::Watched;
use crate::configuration::Limits;

/// Largest head of a request, and with it the largest path and header: 32 KiB holds the longest tokens with room.
const HEAD_BYTES: usize = 32 * 1024;
/// Header lines of one request.
const HEADERS: usize = 100;
/// HTTP/2 streams of one connection at a time.
const STREAMS: u32 = 100;
/// What a closing connection is given to say good-bye.
const FAREWELL: Duration = Duration::from_secs(1);

/// The other end of a connection.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    pub(crate) encrypted: bool,
    /// What it has shown, where it was asked.
    pub(crate) certificate: Option<PeerCertificate>,
}

/// What every connection of a listener shares.
pub(crate) struct Shared<A> {
    pub(crate) app: A,
    pub(crate) limits: Limits,
    /// Whose certificates name a client, on a listener that asks for them.
    pub(crate) clients: Option<ClientAuthorities>,
    pub(crate) http: Builder<TokioExecutor>,
}

/// Bounds that hyper itself keeps.
pub(crate) fn http(limits: &Limits) -> Builder<TokioExecutor> {
    let mut http = Builder::new(TokioExecutor::new());
    // The whole-head deadline is Activity's, which also knows idle connections and those that never began.
    http.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(HEAD_BYTES).max_headers(HEADERS);
    http.http2()
        .timer(TokioTimer::new())
        .max_header_list_size(HEAD_BYTES as u32)
        .max_concurrent_streams(STREAMS)
        .max_local_error_reset_streams(Some(64))
        .max_pending_accept_reset_streams(Some(32))
        .initial_stream_window_size(64 * 1024)
        .initial_connection_window_size(1024 * 1024)
        .keep_alive_interval(Some(limits.idle_timeout))
        .keep_alive_timeout(limits.header_timeout);
    http
}

/// Serves one connection until it ends, its deadline passes, or the listener stops.
pub(crate) async fn serve<S, A>(
    socket: S,
    peer: Peer,
    activity: Arc<Activity>,
    shared: Arc<Shared<A>>,
    mut stop: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    A::Future: Send,
{
    let io = TokioIo::new(Watched::new(socket, activity.clone()));
    let answering = {
        let (activity, shared) = (activity.clone(), shared.clone());
        service_fn(move |request: Request<Incoming>| answer(request, peer.clone(), activity.clone(), shared.clone()))
    };
    let mut connection = pin!(shared.http.serve_connection(io, answering));
    let mut timer = pin!(sleep_until(activity.deadline(&shared.limits)));
    let mut stopping = *stop.borrow();
    if stopping {
        return;
    }
    loop {
        tokio::select! {
            // Its errors are the peer's: broken off, not HTTP, too much. Nothing to do but to end.
            _ = connection.as_mut() => return,
            () = timer.as_mut() => {
                let deadline = activity.deadline(&shared.limits);
                if stopping && activity.is_idle() {
                    return;
                }
                if deadline > Instant::now() {
                    timer.as_mut().reset(if stopping { Instant::now() + FAREWELL } else { deadline });
                    continue;
                }
                if stopping {
                    return;
                }
                stopping = true;
                connection.as_mut().graceful_shutdown();
                timer.as_mut().reset(Instant::now() + FAREWELL);
            }
            _ = stop.changed(), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
                timer.as_mut().reset(Instant::now() + FAREWELL);
            }
        }
    }
}

async fn answer<A>(
    request: Request<Incoming>,
    peer: Peer,
    activity: Arc<Activity>,
    shared: Arc<Shared<A>>,
) -> Result<Response<Counted>, Infallible>
where
    A: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    A::Future: Send,
{
    let in_flight = activity.begin(request.version() == Version::HTTP_2);
    // RFC 9112 §3.2: an HTTP/1.1 request without Host, or any request with more than one, is answered 400.
    let hosts = request.headers().get_all(HOST).iter().count();
    if hosts > 1 || (hosts == 0 && request.version() == Version::HTTP_11) {
        let mut refusal = Response::new(Counted::new(Body::empty(), in_flight));
        *refusal.status_mut() = StatusCode::BAD_REQUEST;
        refusal.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        return Ok(refusal);
    }
    // RFC 9112 §6.1: a chunked message that also had a length may be an attempt at smuggling. The length is gone by
    // now, so no request follows a chunked one on the same HTTP/1 connection.
    let last = request.version() < Version::HTTP_2 && request.headers().contains_key(TRANSFER_ENCODING);
    let mut request = request.map(|incoming| Timely::body(incoming, shared.limits.body_timeout));
    let connection = Connection { address: peer.address.ip().to_canonical(), secure: peer.encrypted };
    request.extensions_mut().insert(connection);
    if let Some(certificate) = peer.certificate {
        request.extensions_mut().insert(certificate);
    }
    let mut response = match shared.app.clone().call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    if last {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response.map(|body| Counted::new(body, in_flight)))
}
