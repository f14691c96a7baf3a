//! TLS of the public listener, with certificates that are renewed while it runs.

use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use crypto::digest::sha256;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::{Error as PemError, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

use super::client_certificate::{AnyCertificate, ClientAuthorities};
use crate::configuration::TlsFiles;

/// The certificate in use, and the files it came from.
#[derive(Debug)]
pub struct Certificate {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    current: ArcSwap<Held>,
}

#[derive(Debug)]
struct Held {
    key: Arc<CertifiedKey>,
    /// Digest of both files' bytes, so that only a change is read again.
    digest: [u8; 32],
}

/// What a look at the files found.
#[derive(Debug, PartialEq, Eq)]
pub enum Reload {
    /// The same bytes as before.
    Unchanged,
    /// A new certificate, in use from now on.
    Renewed,
}

impl Certificate {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// A file that cannot be read or understood, or a key that is not the certificate's.
    pub fn load(files: TlsFiles) -> Result<Arc<Self>, String> {
        let provider = Arc::new(provider());
        let current = read(&files, &provider)?;
        Ok(Arc::new(Self { files, provider, current: ArcSwap::from_pointee(current) }))
    }

    /// Looks at the files again. What is refused changes nothing: the certificate in use stays (F25).
    ///
    /// # Errors
    /// As for [`Certificate::load`].
    pub fn reload(&self) -> Result<Reload, String> {
        let (certificate, key) = bytes_of(&self.files)?;
        if digest_of(&certificate, &key) == self.current.load().digest {
            return Ok(Reload::Unchanged);
        }
        let held = parse(&self.files, &certificate, &key, &self.provider)?;
        self.current.store(Arc::new(held));
        Ok(Reload::Renewed)
    }

    /// What encrypts connections with whichever certificate is in use. With `clients`, peers are asked for theirs.
    ///
    /// # Errors
    /// When rustls refuses the cipher suites, which only a broken build would bring about.
    pub fn acceptor(self: &Arc<Self>, clients: Option<&ClientAuthorities>) -> Result<TlsAcceptor, String> {
        let builder = ServerConfig::builder_with_provider(self.provider.clone())
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|error| error.to_string())?;
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(clients) => builder.with_client_cert_verifier(Arc::new(AnyCertificate(clients.clone()))),
        };
        let mut config = builder.with_cert_resolver(self.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load().key.clone())
    }
}

/// RFC 9325 §4.2: TLS 1.3, and of TLS 1.2 only forward-secret AEAD suites. Of those AES-GCM alone, which every client
/// that matters has.
pub(super) fn provider() -> CryptoProvider {
    use aws_lc_rs::cipher_suite::{
        TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS13_AES_128_GCM_SHA256,
        TLS13_AES_256_GCM_SHA384, TLS13_CHACHA20_POLY1305_SHA256,
    };
    CryptoProvider {
        cipher_suites: vec![
            TLS13_AES_128_GCM_SHA256,
            TLS13_AES_256_GCM_SHA384,
            TLS13_CHACHA20_POLY1305_SHA256,
            TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        ],
        ..aws_lc_rs::default_provider()
    }
}

fn read(files: &TlsFiles, provider: &CryptoProvider) -> Result<Held, String> {
    let (certificate, key) = bytes_of(files)?;
    parse(files, &certificate, &key, provider)
}

fn bytes_of(files: &TlsFiles) -> Result<(Vec<u8>, zeroize::Zeroizing<Vec<u8>>), String> {
    let read = |path: &Path| std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    Ok((read(&files.certificate)?, zeroize::Zeroizing::new(read(&files.key)?)))
}

fn digest_of(certificate: &[u8], key: &[u8]) -> [u8; 32] {
    let mut both = zeroize::Zeroizing::new(Vec::with_capacity(64));
    both.extend_from_slice(&sha256(certificate));
    both.extend_from_slice(&sha256(key));
    sha256(&both)
}

fn parse(files: &TlsFiles, certificate: &[u8], key: &[u8], provider: &CryptoProvider) -> Result<Held, String> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(certificate)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{}: {error}", files.certificate.display()))?;
    if chain.is_empty() {
        return Err(format!("{}: holds no certificate", files.certificate.display()));
    }
    let der = PrivateKeyDer::from_pem_slice(key).map_err(|error| match error {
        PemError::NoItemsFound => format!("{}: holds no private key", files.key.display()),
        error => format!("{}: {error}", files.key.display()),
    })?;
    let certified = CertifiedKey::from_der(chain, der, provider)
        .map_err(|error| format!("{} and {}: {error}", files.certificate.display(), files.key.display()))?;
    Ok(Held { key: Arc::new(certified), digest: digest_of(certificate, key) })
}

#[cfg(test)]
#[path = "tls_tests.rs"]
mod tests;
