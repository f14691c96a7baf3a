//! Certificates of clients, on the listener that asks for them.
//!
//! The handshake proves that the peer holds the key of the certificate it shows, and no more. Who may come in is not decided
//! here: a token can be bound to a certificate of the client's own making (RFC 8705 §3), and a client can be known by one
//! (§2.2). Whether an authority that is trusted has issued it is worked out once and told with the request (§2.1).

use std::path::Path;
use std::sync::Arc;

use protocol::web::PeerCertificate;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme};

/// Larger certificates, and longer chains, are nobody's.
const MOST_BYTES: usize = 16 * 1024;
const MOST_CHAIN: usize = 8;

/// The authorities whose certificates name a client.
#[derive(Debug, Clone)]
pub struct ClientAuthorities {
    provider: Arc<CryptoProvider>,
    /// None where no authority is trusted.
    chains: Option<Arc<dyn ClientCertVerifier>>,
}

impl ClientAuthorities {
    /// Those of a PEM file; without one nobody's.
    ///
    /// # Errors
    /// When it cannot be read, holds none, or one that is no authority.
    pub fn load(file: Option<&Path>) -> Result<Self, String> {
        let provider = Arc::new(super::tls::provider());
        let Some(path) = file else { return Ok(Self { provider, chains: None }) };
        let named = |reason: &dyn std::fmt::Display| format!("{}: {reason}", path.display());
        let pem = std::fs::read(path).map_err(|error| named(&error))?;
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            roots.add(certificate.map_err(|error| named(&error))?).map_err(|error| named(&error))?;
        }
        if roots.is_empty() {
            return Err(named(&"holds no certificate"));
        }
        let chains = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build();
        Ok(Self { chains: Some(chains.map_err(|error| named(&error))?), provider })
    }

    /// What a request is told of the chain that its connection has shown.
    pub(crate) fn told(&self, chain: &[CertificateDer<'_>]) -> Option<PeerCertificate> {
        let (own, others) = chain.split_first()?;
        let trusted =
            self.chains.as_ref().is_some_and(|chains| chains.verify_client_cert(own, others, UnixTime::now()).is_ok());
        Some(PeerCertificate::new(own.as_ref(), trusted))
    }
}

/// Asks for a certificate and takes any whose key the peer holds.
#[derive(Debug)]
pub(crate) struct AnyCertificate(pub(crate) ClientAuthorities);

impl ClientCertVerifier for AnyCertificate {
    /// A client that proves itself in another way needs none.
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    /// None: a client whose certificate is of its own making should show it too.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let fits = own.len() <= MOST_BYTES && others.len() < MOST_CHAIN;
        if fits && crypto::certificate::public_key_of(own).is_ok() {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(Error::InvalidCertificate(CertificateError::BadEncoding))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, own, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, own, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
#[path = "client_certificate_tests.rs"]
mod tests;
