use super::*;
use crate::configuration::Limits;
use crate::listener::Listener;
use std::path::PathBuf;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::watch;
use tokio_rustls::TlsConnector;

struct Files {
    _folder: tempfile::TempDir,
    files: TlsFiles,
}

fn made() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("made");
    (made.cert.pem(), made.signing_key.serialize_pem())
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

async fn shake(address: std::net::SocketAddr, trusted: &[u8], versions: &[&'static rustls::SupportedProtocolVersion], suites: Option<rustls::SupportedCipherSuite>) -> Result<Vec<u8>, std::io::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(trusted.to_vec())).expect("a root");
    let mut provider = aws_lc_rs::default_provider();
    if let Some(suite) = suites {
        provider.cipher_suites = vec![suite];
    }
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let socket = tokio::net::TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = TlsConnector::from(Arc::new(config)).connect(name, socket).await?;
    Ok(stream.get_ref().1.peer_certificates().expect("shown")[0].as_ref().to_vec())
}

#[tokio::test]
async fn f25_connections_get_the_certificate_in_use_and_weak_suites_are_refused() {
    let (first, first_key) = made();
    let on_disk = written(&first, &first_key);
    let certificate = Certificate::load(on_disk.files.clone()).expect("loaded");
    let limits = Limits {
        connections: 10,
        connections_per_address: 10,
        body_bytes: 1024,
        header_timeout: Duration::from_secs(10),
        body_timeout: Duration::from_secs(10),
        idle_timeout: Duration::from_secs(10),
        shutdown_timeout: Duration::from_secs(10),
    };
    let listener = Listener::bind("127.0.0.1:0".parse().expect("an address"), limits, Vec::new()).await.expect("bound");
    let address = listener.address().expect("bound");
    let (stop, stopped) = watch::channel(false);
    let listener = listener.with_tls(Some(certificate.acceptor().expect("made")));
    let serving = tokio::spawn(listener.serve(axum::Router::new(), stopped));

    let old = in_use(&certificate);
    assert_eq!(shake(address, &old, &[&rustls::version::TLS13], None).await.expect("shaken"), old);
    assert_eq!(shake(address, &old, &[&rustls::version::TLS12], None).await.expect("shaken"), old);
    let chacha = aws_lc_rs::cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256;
    assert!(shake(address, &old, &[&rustls::version::TLS12], Some(chacha)).await.is_err(), "not among our suites");

    let (second, second_key) = made();
    std::fs::write(&on_disk.files.certificate, second).expect("written");
    std::fs::write(&on_disk.files.key, second_key).expect("written");
    certificate.reload().expect("renewed");
    let new = in_use(&certificate);
    assert!(shake(address, &old, &[&rustls::version::TLS13], None).await.is_err());
    assert_eq!(shake(address, &new, &[&rustls::version::TLS13], None).await.expect("shaken"), new);
    stop.send(true).expect("serving");
    assert_eq!(serving.await.expect("ended"), 0);
}
