//! Listeners of our own: bounded in connections, sizes and time, stoppable, TLS where asked.

mod activity;
mod addresses;
mod body;
pub mod client_certificate;
mod connection;
mod io;
pub mod tls;

use std::convert::Infallible;
use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response};
use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower_service::Service;

use crate::configuration::Limits;
use activity::Activity;
use addresses::{Addresses, Place};

pub(crate) use addresses::group_of;
use client_certificate::ClientAuthorities;
use connection::{Peer, Shared};

/// How long the accept loop rests when the system has no file descriptor or memory left and no connection ends.
const EXHAUSTED: Duration = Duration::from_millis(250);

/// Counts of a listener, for metrics.
#[derive(Default, Debug)]
pub struct Counts {
    /// Connections accepted.
    pub accepted: AtomicU64,
    /// Connections that ended.
    pub ended: AtomicU64,
    /// Connections closed at once because their address held as many as it may.
    pub refused: AtomicU64,
    /// TLS handshakes that failed or took too long.
    pub failed_handshakes: AtomicU64,
    /// Times the system could give no connection.
    pub exhausted: AtomicU64,
}

impl Counts {
    /// Connections open now.
    pub fn open(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed).saturating_sub(self.ended.load(Ordering::Relaxed))
    }
}

/// A bound listener that has not begun to accept: binding fails before anything else is started.
pub struct Listener {
    socket: TcpListener,
    limits: Limits,
    exempt: Vec<IpNet>,
    tls: Option<TlsAcceptor>,
    clients: Option<ClientAuthorities>,
    counts: Arc<Counts>,
}

impl Listener {
    /// Binds an address.
    ///
    /// # Errors
    /// The system's refusal.
    pub async fn bind(address: SocketAddr, limits: Limits, exempt: Vec<IpNet>) -> std::io::Result<Self> {
        let socket = TcpListener::bind(address).await?;
        Ok(Self { socket, limits, exempt, tls: None, clients: None, counts: Arc::default() })
    }

    /// Encrypts every connection.
    #[must_use]
    pub fn with_tls(mut self, acceptor: Option<TlsAcceptor>) -> Self {
        self.tls = acceptor;
        self
    }

    /// Tells each request of the certificate that its peer has shown. The acceptor must ask for one.
    #[must_use]
    pub fn with_clients(mut self, clients: ClientAuthorities) -> Self {
        self.clients = Some(clients);
        self
    }

    /// The address it listens on, with the port the system chose.
    ///
    /// # Errors
    /// The system's refusal.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Its counts.
    pub fn counts(&self) -> Arc<Counts> {
        self.counts.clone()
    }

    /// Accepts and serves until `stop` turns true; then accepts no more, lets requests in flight end within the
    /// shutdown time, and returns how many connections were cut off.
    pub async fn serve<A>(self, app: A, mut stop: watch::Receiver<bool>) -> usize
    where
        A: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
        A::Future: Send,
    {
        let Self { socket, limits, exempt, tls, clients, counts } = self;
        let most = limits.connections.min(Semaphore::MAX_PERMITS);
        let room = Arc::new(Semaphore::new(most));
        let addresses = Addresses::new(limits.connections_per_address, exempt);
        let shared = Arc::new(Shared { app, http: connection::http(&limits), clients, limits });
        let ended = Arc::new(Notify::new());
        loop {
            // With no room left nobody is accepted: the newcomers wait in the system's queue, and deadlines make room.
            let permit = tokio::select! {
                permit = room.clone().acquire_owned() => permit,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            let Ok(permit) = permit else { break };
            let accepted = tokio::select! {
                accepted = socket.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    if is_exhaustion(&error) {
                        rest(&counts, &ended, &error).await;
                    }
                    continue;
                }
            };
            let Some(place) = addresses.enter(peer.ip()) else {
                counts.refused.fetch_add(1, Ordering::Relaxed);
                continue;
            };
            counts.accepted.fetch_add(1, Ordering::Relaxed);
            let held = Held { counts: counts.clone(), ended: ended.clone(), _permit: permit, _place: place };
            let connection = connect(stream, peer, tls.clone(), shared.clone(), stop.clone());
            tokio::spawn(async move {
                if !connection.await {
                    held.counts.failed_handshakes.fetch_add(1, Ordering::Relaxed);
                }
                drop(held);
            });
        }
        drop(socket);
        let all_ended = async {
            while counts.open() > 0 {
                ended.notified().await;
            }
        };
        let _ = tokio::time::timeout(shared.limits.shutdown_timeout, all_ended).await;
        usize::try_from(counts.open()).unwrap_or(usize::MAX)
    }
}

/// One open connection's share of every bound.
struct Held {
    counts: Arc<Counts>,
    ended: Arc<Notify>,
    _permit: OwnedSemaphorePermit,
    _place: Place,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.counts.ended.fetch_add(1, Ordering::Relaxed);
        self.ended.notify_one();
    }
}

/// F11: waits until a connection ends and gives its file descriptor back, or a moment, and never spins.
async fn rest(counts: &Counts, ended: &Notify, error: &Error) {
    if counts.exhausted.fetch_add(1, Ordering::Relaxed) == 0 {
        tracing::warn!(%error, "no connection can be accepted: raise the limit of open files or lower max_connections");
    }
    let _ = tokio::time::timeout(EXHAUSTED, ended.notified()).await;
}

/// EMFILE, ENFILE, ENOBUFS and ENOMEM. All else concerns the one connection that is gone already.
fn is_exhaustion(error: &Error) -> bool {
    matches!(error.raw_os_error(), Some(24 | 23 | 105 | 12)) || error.kind() == ErrorKind::OutOfMemory
}

/// Serves one accepted connection; `false` when its TLS handshake failed.
async fn connect<A>(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    shared: Arc<Shared<A>>,
    mut stop: watch::Receiver<bool>,
) -> bool
where
    A: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    A::Future: Send,
{
    // Answers are small and written whole: waiting to fill a packet only adds delay.
    let _ = stream.set_nodelay(true);
    let Some(acceptor) = tls else {
        let peer = Peer { address: peer, encrypted: false, certificate: None };
        connection::serve(stream, peer, Activity::new(), shared, stop).await;
        return true;
    };
    let handshake = tokio::time::timeout(shared.limits.header_timeout, acceptor.accept(stream));
    let encrypted = tokio::select! {
        encrypted = handshake => encrypted,
        _ = stop.wait_for(|stop| *stop) => return true,
    };
    let Ok(Ok(stream)) = encrypted else {
        tracing::debug!(%peer, "the TLS handshake failed");
        return false;
    };
    let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
    let certificate = shared.clients.as_ref().and_then(|clients| clients.told(chain));
    let peer = Peer { address: peer, encrypted: true, certificate };
    connection::serve(stream, peer, Activity::new(), shared, stop).await;
    true
}

#[cfg(test)]
mod tests;
