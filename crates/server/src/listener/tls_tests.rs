use super::*;
use crate::configuration::Limits;
use crate::listener::Listener;
use std::path::PathBuf;
use std::time::Duration;

use crypto::algorithm::KeyKind;
use crypto::certificate::{CertificateRequest, pem, self_signed};
use crypto::key::KeyPair;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{ServerName, UnixTime};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, DigitallySignedStruct};
use tokio::sync::watch;
use tokio_rustls::TlsConnector;

struct Files {
    _folder: tempfile::TempDir,
    files: TlsFiles,
}

fn made() -> (String, String) {
    let key = KeyPair::generate(KeyKind::P256).expect("made");
    let request = CertificateRequest {
        subject: "localhost",
        dns_names: &["localhost"],
        not_before: 1_700_000_000,
        not_after: 4_000_000_000,
        serial: [7; 16],
    };
    let certificate = self_signed(&key, &request).expect("made");
    (pem("CERTIFICATE", &certificate), pem("PRIVATE KEY", &key.to_pkcs8().expect("made")))
}

fn written(certificate: &str, key: &str) -> Files {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    let files = TlsFiles { certificate: path("tls.crt"), key: path("tls.key") };
    std::fs::write(&files.certificate, certificate).expect("written");
    std::fs::write(&files.key, key).expect("written");
    Files { _folder: folder, files }
}

fn in_use(certificate: &Certificate) -> Vec<u8> {
    certificate.current.load().key.cert[0].as_ref().to_vec()
}

#[test]
fn f25_a_renewed_certificate_is_taken_and_a_bad_one_is_not() {
    let (first, first_key) = made();
    let on_disk = written(&first, &first_key);
    let certificate = Certificate::load(on_disk.files.clone()).expect("loaded");
    assert_eq!(certificate.reload(), Ok(Reload::Unchanged));

    let (second, second_key) = made();
    std::fs::write(&on_disk.files.certificate, &second).expect("written");
    let before = in_use(&certificate);
    let half_renewed = certificate.reload().expect_err("the key is still the old one");
    assert!(half_renewed.contains("tls.key"), "{half_renewed}");
    assert_eq!(in_use(&certificate), before, "the old one stays");
    std::fs::write(&on_disk.files.certificate, "nonsense").expect("written");
    assert!(certificate.reload().expect_err("refused").contains("no certificate"));
    assert_eq!(in_use(&certificate), before, "the old one stays");
    std::fs::remove_file(&on_disk.files.certificate).expect("removed");
    assert!(certificate.reload().is_err());
    assert_eq!(in_use(&certificate), before, "the old one stays");

    std::fs::write(&on_disk.files.certificate, &second).expect("written");
    std::fs::write(&on_disk.files.key, &second_key).expect("written");
    assert_eq!(certificate.reload(), Ok(Reload::Renewed));
    assert_ne!(in_use(&certificate), before);
}

#[test]
fn a_key_of_another_certificate_is_refused_at_start() {
    let (certificate, _) = made();
    let (_, key) = made();
    assert!(Certificate::load(written(&certificate, &key).files).is_err());
}

/// Trusts one certificate, byte for byte, as our own are authorities and no leaf to a path builder.
#[derive(Debug)]
struct Pinned(Vec<u8>, CryptoProvider);

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _chain: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _stapled: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if shown.as_ref() == self.0.as_slice() {
            return Ok(ServerCertVerified::assertion());
        }
        Err(rustls::Error::General("another certificate".to_owned()))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, shown, signature, &self.1.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, shown, signature, &self.1.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.1.signature_verification_algorithms.supported_schemes()
    }
}

/// Shakes hands and says whether that worked with exactly the expected certificate.
async fn shake(
    address: std::net::SocketAddr,
    expected: &[u8],
    version: &'static rustls::SupportedProtocolVersion,
    suite: Option<rustls::SupportedCipherSuite>,
) -> bool {
    let mut provider = aws_lc_rs::default_provider();
    if let Some(suite) = suite {
        provider.cipher_suites = vec![suite];
    }
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[version])
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned(expected.to_vec(), aws_lc_rs::default_provider())))
        .with_no_client_auth();
    let socket = tokio::net::TcpStream::connect(address).await.expect("connected");
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, socket).await.is_ok()
}

#[tokio::test]
async fn f25_connections_get_the_certificate_in_use_and_weak_suites_are_refused() {
    let (first, first_key) = made();
    let on_disk = written(&first, &first_key);
    let certificate = Certificate::load(on_disk.files.clone()).expect("loaded");
    let limits = Limits {
        connections: 10,
        connections_per_address: 10,
        requests_per_address: 0,
        body_bytes: 1024,
        header_timeout: Duration::from_secs(10),
        body_timeout: Duration::from_secs(10),
        idle_timeout: Duration::from_secs(10),
        shutdown_timeout: Duration::from_secs(10),
    };
    let listener = Listener::bind("127.0.0.1:0".parse().expect("an address"), limits, Vec::new()).await.expect("bound");
    let address = listener.address().expect("bound");
    let (stop, stopped) = watch::channel(false);
    let listener = listener.with_tls(Some(certificate.acceptor(None).expect("made")));
    let serving = tokio::spawn(listener.serve(axum::Router::new(), stopped));

    let old = in_use(&certificate);
    assert!(shake(address, &old, &TLS13, None).await);
    assert!(shake(address, &old, &TLS12, None).await);
    let chacha = aws_lc_rs::cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256;
    assert!(!shake(address, &old, &TLS12, Some(chacha)).await, "not among our suites");

    let (second, second_key) = made();
    std::fs::write(&on_disk.files.certificate, second).expect("written");
    std::fs::write(&on_disk.files.key, second_key).expect("written");
    certificate.reload().expect("renewed");
    let new = in_use(&certificate);
    assert!(!shake(address, &old, &TLS13, None).await);
    assert!(shake(address, &new, &TLS13, None).await);
    stop.send(true).expect("serving");
    assert_eq!(serving.await.expect("ended"), 0);
}
