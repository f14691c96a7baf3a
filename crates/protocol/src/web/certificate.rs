//! The certificate that a peer has shown.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::digest::sha256;

/// A certificate whose key the peer was proven to hold when its connection began; put into a request's extensions by the
/// listener that asks for one. No header stands for it: whoever can write a request can write a header (A37).
#[derive(Debug, Clone)]
pub struct PeerCertificate(Arc<Shown>);

#[derive(Debug)]
struct Shown {
    der: Box<[u8]>,
    thumbprint: String,
    trusted: bool,
}

impl PeerCertificate {
    /// A certificate in DER, and whether an authority has issued it that is trusted to say who a client is.
    pub fn new(der: &[u8], trusted: bool) -> Self {
        Self(Arc::new(Shown { der: der.into(), thumbprint: URL_SAFE_NO_PAD.encode(sha256(der)), trusted }))
    }

    /// The certificate.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// RFC 8705 §3.1: the SHA-256 of its DER, base64url.
    pub fn thumbprint(&self) -> &str {
        &self.0.thumbprint
    }

    /// Whether a trusted authority has issued it, and it is valid now.
    pub fn is_trusted(&self) -> bool {
        self.0.trusted
    }
}
