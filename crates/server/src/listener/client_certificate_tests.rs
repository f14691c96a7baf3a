use super::*;

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use http::Extensions;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, ServerName};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::watch;
use tokio_rustls::TlsConnector;

use crate::configuration::{Limits, TlsFiles};
use crate::listener::Listener;
use crate::listener::tls::Certificate;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn parameters(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters
}

fn authority(name: &str) -> Authority {
    let mut parameters = parameters(name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().expect("a key")).expect("an authority")
}

/// A certificate with its key.
struct Own {
    chain: Vec<CertificateDer<'static>>,
    key: Vec<u8>,
}

impl Own {
    fn of(authority: &Authority, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut parameters = parameters("app");
        change(&mut parameters);
        let certificate = parameters.signed_by(&key, authority).expect("signed");
        Self { chain: vec![certificate.der().clone()], key: key.serialize_der() }
    }

    fn self_made() -> Self {
        let key = KeyPair::generate().expect("a key");
        let certificate = parameters("app").self_signed(&key).expect("signed");
        Self { chain: vec![certificate.der().clone()], key: key.serialize_der() }
    }

    fn thumbprint(&self) -> String {
        PeerCertificate::new(&self.chain[0], false).thumbprint().to_owned()
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    crypto::certificate::pem(label, der)
}

struct Site {
    _folder: tempfile::TempDir,
    address: std::net::SocketAddr,
    root: CertificateDer<'static>,
    _stop: watch::Sender<bool>,
}

async fn told(extensions: Extensions) -> String {
    match extensions.get::<PeerCertificate>() {
        None => "nobody".to_owned(),
        Some(certificate) => format!("{} {}", certificate.thumbprint(), certificate.is_trusted()),
    }
}

impl Site {
    async fn start(clients: Option<&Authority>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let root = authority("servers");
        let server = Own::of(&root, |_| ());
        let files = TlsFiles { certificate: path("tls.crt"), key: path("tls.key") };
        std::fs::write(&files.certificate, pem("CERTIFICATE", &server.chain[0])).expect("written");
        std::fs::write(&files.key, pem("PRIVATE KEY", &server.key)).expect("written");
        if let Some(clients) = clients {
            std::fs::write(path("ca.crt"), pem("CERTIFICATE", clients.as_ref().der())).expect("written");
        }
        let authorities = ClientAuthorities::load(clients.map(|_| path("ca.crt")).as_deref()).expect("loaded");
        let certificate = Certificate::load(files).expect("loaded");
        let second = Duration::from_secs(10);
        let limits = Limits {
            connections: 10,
            connections_per_address: 10,
            requests_per_address: 0,
            body_bytes: 1024,
            header_timeout: second,
            body_timeout: second,
            idle_timeout: second,
            shutdown_timeout: second,
        };
        let bound = Listener::bind("127.0.0.1:0".parse().expect("an address"), limits, Vec::new()).await;
        let listener = bound.expect("bound");
        let address = listener.address().expect("bound");
        let acceptor = certificate.acceptor(Some(&authorities)).expect("made");
        let listener = listener.with_tls(Some(acceptor)).with_clients(authorities);
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(listener.serve(Router::new().route("/", get(told)), stopped));
        Self { _folder: folder, address, root: root.as_ref().der().clone(), _stop: stop }
    }

    /// What the application is told of whoever connects with a certificate; `None` where the handshake fails.
    async fn ask(&self, own: Option<&Own>, key: Option<&[u8]>) -> Option<String> {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone()).expect("a root");
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots);
        let config = match own {
            None => builder.with_no_client_auth(),
            Some(own) => {
                let key = PrivateKeyDer::try_from(key.unwrap_or(&own.key).to_vec()).expect("a key");
                let signer = aws_lc_rs::sign::any_supported_type(&key).expect("a signer");
                let certified = rustls::sign::CertifiedKey::new(own.chain.clone(), signer);
                builder.with_client_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(certified)))
            }
        };
        let socket = tokio::net::TcpStream::connect(self.address).await.expect("connected");
        let name = ServerName::try_from("localhost").expect("a name");
        let mut stream = TlsConnector::from(Arc::new(config)).connect(name, socket).await.ok()?;
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned())
    }
}

#[tokio::test]
async fn a_certificate_is_told_with_every_request_and_whether_somebody_vouches_for_it() {
    let (ours, theirs) = (authority("ours"), authority("theirs"));
    let site = Site::start(Some(&ours)).await;
    assert_eq!(site.ask(None, None).await.as_deref(), Some("nobody"), "none is needed");
    let expired = Own::of(&ours, |parameters| parameters.not_after = rcgen::date_time_ymd(2020, 1, 1));
    for (own, trusted) in
        [(Own::of(&ours, |_| ()), true), (Own::of(&theirs, |_| ()), false), (Own::self_made(), false), (expired, false)]
    {
        let expected = format!("{} {trusted}", own.thumbprint());
        assert_eq!(site.ask(Some(&own), None).await, Some(expected));
    }
}

#[tokio::test]
async fn a37_a_certificate_without_its_key_ends_the_handshake() {
    let ours = authority("ours");
    let site = Site::start(Some(&ours)).await;
    let (own, other) = (Own::of(&ours, |_| ()), Own::self_made());
    assert_eq!(site.ask(Some(&own), Some(&other.key)).await, None);
    let nonsense = Own { chain: vec![CertificateDer::from(vec![0x30, 0])], key: other.key };
    assert_eq!(site.ask(Some(&nonsense), None).await, None);
}

#[tokio::test]
async fn without_an_authority_nobody_is_vouched_for() {
    let ours = authority("ours");
    let site = Site::start(None).await;
    let own = Own::of(&ours, |_| ());
    assert_eq!(site.ask(Some(&own), None).await, Some(format!("{} false", own.thumbprint())));
}

#[test]
fn a_file_without_an_authority_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ca.crt");
    assert!(ClientAuthorities::load(Some(&path)).expect_err("not there").contains("ca.crt"));
    std::fs::write(&path, "nonsense").expect("written");
    assert!(ClientAuthorities::load(Some(&path)).expect_err("empty").contains("holds no certificate"));
}
