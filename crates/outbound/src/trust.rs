//! Whom TLS trusts.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// The authorities that other servers' certificates come from.
#[derive(Debug, Clone)]
pub struct Authorities(RootCertStore);

/// A file of authorities that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadAuthority(String);

impl fmt::Display for BadAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadAuthority {}

impl Authorities {
    /// Those of the system; where it has none, as in a bare container, those that Mozilla trusts.
    pub fn system() -> Self {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        let (added, _) = roots.add_parsable_certificates(found.certs);
        if added == 0 {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        Self(roots)
    }

    /// Adds the certificates of a PEM file.
    ///
    /// # Errors
    /// When it cannot be read, holds none, or one that is no authority.
    pub fn with_file(self, path: &Path) -> Result<Self, BadAuthority> {
        let bad = |reason: &dyn fmt::Display| BadAuthority(format!("{}: {reason}", path.display()));
        let pem = std::fs::read(path).map_err(|error| bad(&error))?;
        self.with_pem(&pem).map_err(|BadAuthority(reason)| bad(&reason))
    }

    /// Adds the certificates of a PEM text.
    ///
    /// # Errors
    /// When it holds none, or one that is no authority.
    pub fn with_pem(mut self, pem: &[u8]) -> Result<Self, BadAuthority> {
        let mut found = 0;
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| BadAuthority(error.to_string()))?;
            self.0.add(certificate).map_err(|error| BadAuthority(error.to_string()))?;
            found += 1;
        }
        if found == 0 { Err(BadAuthority("holds no certificate".to_owned())) } else { Ok(self) }
    }

    /// TLS 1.3 and 1.2 with the library's own suites, all of them forward secret and authenticated; HTTP/1.1 inside.
    pub(crate) fn client(self) -> Result<Arc<ClientConfig>, rustls::Error> {
        let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_root_certificates(self.0)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_an_authority_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let why = |text: Option<&str>| {
            if let Some(text) = text {
                std::fs::write(&path, text).unwrap();
            }
            Authorities::system().with_file(&path).unwrap_err().to_string()
        };
        assert!(why(None).contains("ca.pem"), "it is not there");
        assert!(why(Some("nonsense")).contains("holds no certificate"));
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(why(Some(broken)).contains("ca.pem"));
    }
}
