//! What is known of a request before anything is asked.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::ConnectInfo;
use http::request::Parts;

use super::peer;
use crate::Portreeve;

/// The connection a request came on; put into its extensions by the listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// The other end.
    pub address: IpAddr,
    /// Whether the listener spoke TLS.
    pub secure: bool,
}

/// Put into a request's extensions by a limiter in front: the request is over its peer's limit, and the door it was for
/// refuses it in its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverLimit {
    /// When to come back, in whole seconds.
    pub retry_after_seconds: u32,
}

/// Names a request in logs, events and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId([u8; 16]);

impl RequestId {
    /// A random one.
    pub fn random(random: &dyn crypto::random::Random) -> Self {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut bytes = [0_u8; 8];
        random.fill(&mut bytes);
        let mut text = [b'0'; 16];
        for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
            for (letter, nibble) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
                *letter = HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
            }
        }
        Self(text)
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        // Hexadecimal digits only.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Who asks, as trusted proxies tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestFacts {
    /// The peer's address.
    pub address: IpAddr,
    /// Whether the peer spoke TLS.
    pub secure: bool,
    /// Two kinds of forwarding header contradict each other: whoever set one, nobody knows which.
    pub unclear: bool,
    /// The request's id.
    pub id: RequestId,
}

impl RequestFacts {
    /// The facts of a request, worked out once: the layer leaves them in the extensions.
    pub fn of(parts: &Parts, portreeve: &Portreeve) -> Self {
        if let Some(facts) = parts.extensions.get::<Self>() {
            return *facts;
        }
        // A request without a known connection comes from nowhere that anything trusts.
        let connection = parts.extensions.get::<Connection>().copied().unwrap_or_else(|| Connection {
            address: parts
                .extensions
                .get::<ConnectInfo<SocketAddr>>()
                .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip()),
            secure: false,
        });
        let peer = peer::resolve(connection, &parts.headers, &portreeve.web.trusted_proxies);
        Self {
            address: peer.address,
            secure: peer.secure,
            unclear: peer.unclear,
            id: RequestId::random(portreeve.identity.random()),
        }
    }

    /// The peer, for who proves passwords.
    pub fn peer(&self) -> identity::Peer {
        identity::Peer { address: self.address }
    }
}
