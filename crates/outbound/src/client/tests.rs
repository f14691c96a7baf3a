use super::*;

use std::collections::VecDeque;
use std::sync::Mutex;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Answers from a list, the last one for ever, and counts the questions.
#[derive(Default)]
struct Names {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: AtomicU64,
}

impl Names {
    fn of(answers: &[&[&str]]) -> Arc<Self> {
        let parsed = answers.iter().map(|one| one.iter().map(|text| text.parse().unwrap()).collect()).collect();
        Arc::new(Self { answers: Mutex::new(parsed), asked: AtomicU64::new(0) })
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, _name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        Box::pin(std::future::ready(answer.ok_or_else(|| io::Error::other("no such name"))))
    }
}

/// A listener on loopback that gives every connection the same bytes, and keeps what it was sent.
struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn of(answer: impl Into<Vec<u8>>) -> Self {
        Self::start(answer.into(), None, true).await
    }

    async fn start(answer: Vec<u8>, tls: Option<TlsAcceptor>, closes: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (answer, kept, tls) = (answer.clone(), Arc::clone(&kept), tls.clone());
                tokio::spawn(async move {
                    let mut stream: Box<dyn Stream> = match tls {
                        None => Box::new(socket),
                        Some(tls) => match tls.accept(socket).await {
                            Ok(stream) => Box::new(stream),
                            Err(_) => return,
                        },
                    };
                    let mut head = Vec::new();
                    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
                        let mut some = [0; 1024];
                        match stream.read(&mut some).await {
                            Ok(read) if read > 0 => head.extend_from_slice(&some[..read]),
                            _ => return,
                        }
                    }
                    kept.lock().unwrap().push(String::from_utf8(head).unwrap());
                    let _ = stream.write_all(&answer).await;
                    let _ = stream.flush().await;
                    if !closes {
                        std::future::pending::<()>().await;
                    }
                });
            }
        });
        Self { port, seen }
    }

    fn url(&self, host: &str) -> String {
        format!("http://{host}:{}/doc?x=1", self.port)
    }

    fn asked(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

fn bounds() -> Bounds {
    Bounds { body_bytes: 1000, ..Bounds::default() }
}

fn client(allowed: &[&str], names: &Arc<Names>, bounds: Bounds) -> Client {
    let network = Network::new(allowed.iter().map(|text| text.parse().unwrap()).collect());
    Client::with(network, Authorities::system(), bounds, Arc::clone(names) as Arc<dyn Resolve>).unwrap()
}

fn local(names: &Arc<Names>) -> Client {
    client(&["127.0.0.0/8"], names, bounds())
}

fn answer(head: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[tokio::test]
async fn a_document_is_read_and_a_form_is_posted() {
    let server = Server::of(answer("200 OK", "hello")).await;
    let client = local(&Names::of(&[&["127.0.0.1"]]));
    assert_eq!(client.get(&server.url("keys.example")).await, Ok(Bytes::from("hello")));
    assert_eq!(client.post(&server.url("127.0.0.1"), "a=b".to_owned()).await, Ok(http::StatusCode::OK));
    let seen = server.seen.lock().unwrap().clone();
    assert!(seen[0].starts_with("GET /doc?x=1 HTTP/1.1\r\n"), "{}", seen[0]);
    for line in [format!("host: keys.example:{}", server.port), "user-agent: Portreeve".to_owned()] {
        assert!(seen[0].contains(&format!("{line}\r\n")), "{line} in {}", seen[0]);
    }
    assert!(seen[1].starts_with("POST /doc?x=1 HTTP/1.1\r\n"), "{}", seen[1]);
    assert!(seen[1].contains("content-type: application/x-www-form-urlencoded\r\n"), "{}", seen[1]);
    assert_eq!(client.counts().answered.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a27_what_is_behind_a_forbidden_address_is_not_asked() {
    let server = Server::of(answer("200 OK", "secret")).await;
    let inside: &[&[&str]] = &[&["127.0.0.1"]];
    for host in
        ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "rebound.example", "127.0.0.1.", "[::1]"]
    {
        for scheme in ["http", "https"] {
            let client = client(&["10.0.0.0/8"], &Names::of(inside), bounds());
            let url = format!("{scheme}://{host}:{}/", server.port);
            assert_eq!(client.get(&url).await, Err(FetchError::Refused), "{url}");
            assert_eq!(client.counts().refused.load(Ordering::Relaxed), 1);
        }
    }
    assert_eq!(server.asked(), 0);
}

#[tokio::test]
async fn a27_the_name_is_looked_up_once_and_what_was_judged_is_what_is_asked() {
    let server = Server::of(answer("200 OK", "hello")).await;
    // The second answer would lead elsewhere; of the first one address is forbidden and the other not.
    let names = Names::of(&[&["10.0.0.1", "169.254.169.254", "127.0.0.1"], &["10.0.0.1"]]);
    let client = local(&names);
    assert_eq!(client.get(&server.url("keys.example")).await, Ok(Bytes::from("hello")));
    assert_eq!(names.asked.load(Ordering::Relaxed), 1);
    assert_eq!(client.get(&server.url("keys.example")).await, Err(FetchError::Refused));
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn a27_plain_http_goes_nowhere_but_to_named_networks() {
    let names = Names::of(&[&["8.8.8.8", "2606:4700::1111"]]);
    let client = local(&names);
    assert_eq!(client.get("http://public.example/").await, Err(FetchError::Refused));
    assert_eq!(client.get("http://8.8.8.8/").await, Err(FetchError::Refused));
}

#[tokio::test]
async fn a27_every_failure_reads_the_same() {
    let words = FetchError::Refused.to_string();
    assert_eq!(FetchError::Failed.to_string(), words);
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let unknown = Arc::new(Names::default());
    for (client, url) in [
        (local(&unknown), format!("http://127.0.0.1:{nobody}/")),
        (local(&unknown), "http://nobody.example/".to_owned()),
        (local(&Names::of(&[&[]])), "http://nothing.example/".to_owned()),
    ] {
        assert_eq!(client.get(&url).await, Err(FetchError::Failed), "{url}");
        assert_eq!(client.counts().failed.load(Ordering::Relaxed), 1, "{url}");
    }
}

#[tokio::test]
async fn a27_no_redirect_is_followed() {
    let elsewhere = Server::of(answer("200 OK", "secret")).await;
    for status in
        ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent", "300 Choices", "304 Not"]
    {
        let head = format!("{status}\r\nlocation: {}", elsewhere.url("127.0.0.1"));
        let server = Server::of(answer(&head, "")).await;
        let client = local(&Arc::default());
        assert_eq!(client.get(&server.url("127.0.0.1")).await, Err(FetchError::Failed), "{status}");
        assert_eq!(client.post(&server.url("127.0.0.1"), String::new()).await, Err(FetchError::Failed), "{status}");
    }
    assert_eq!(elsewhere.asked(), 0);
}

#[tokio::test]
async fn a27_an_answer_is_bounded_in_every_way() {
    let chunked = |count: usize| {
        let mut out = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
        for _ in 0..count {
            out.extend_from_slice(b"64\r\n");
            out.extend_from_slice(&[b'a'; 100]);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"0\r\n\r\n");
        out
    };
    let lines = "x: y\r\n".repeat(MOST_HEADERS + 1);
    for (what, bytes, fits) in [
        ("as long as may be", answer("200 OK", &"a".repeat(1000)), true),
        ("ten chunks", chunked(10), true),
        ("said to be too long", answer("200 OK", &"a".repeat(1001)), false),
        ("said to be a gigabyte", b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\na".to_vec(), false),
        ("eleven chunks", chunked(11), false),
        ("without an end", [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'a'; 5000]].concat(), false),
        ("a long header", format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "a".repeat(MOST_HEAD_BYTES)).into_bytes(), false),
        ("many headers", format!("HTTP/1.1 200 OK\r\n{lines}\r\n").into_bytes(), false),
        ("compressed", answer("200 OK\r\ncontent-encoding: gzip", "x"), false),
        ("not HTTP", b"SSH-2.0-OpenSSH\r\n".to_vec(), false),
        ("broken off", b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc".to_vec(), false),
        ("not there", answer("404 Not Found", ""), false),
    ] {
        let server = Server::of(bytes).await;
        let read = local(&Arc::default()).get(&server.url("127.0.0.1")).await;
        assert_eq!(read.is_ok(), fits, "{what}: {read:?}");
    }
}

#[tokio::test]
async fn a27_a_slow_answer_is_given_up() {
    let short = Bounds { time: Duration::from_millis(100), ..bounds() };
    for bytes in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"] {
        let server = Server::start(bytes.as_bytes().to_vec(), None, false).await;
        let client = client(&["127.0.0.0/8"], &Arc::default(), short);
        assert_eq!(client.get(&server.url("127.0.0.1")).await, Err(FetchError::Failed), "{bytes:?}");
        assert_eq!(server.asked(), 1);
    }
}

/// A certificate of an authority of its own.
fn certified(name: &str) -> (String, TlsAcceptor) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    (crypto::certificate::pem("CERTIFICATE", authority.as_ref().der()), TlsAcceptor::from(Arc::new(config)))
}

#[tokio::test]
async fn tls_trusts_the_configured_authority_for_the_name_that_was_asked() {
    let (authority, acceptor) = certified("keys.example");
    let server = Server::start(answer("200 OK", "hello"), Some(acceptor), true).await;
    let names = Names::of(&[&["127.0.0.1"]]);
    let with = |authorities: Authorities| {
        let network = Network::new(vec!["127.0.0.0/8".parse().unwrap()]);
        Client::with(network, authorities, bounds(), Arc::clone(&names) as Arc<dyn Resolve>).unwrap()
    };
    let url = |host: &str| format!("https://{host}:{}/", server.port);
    let trusting = with(Authorities::system().with_pem(authority.as_bytes()).unwrap());
    assert_eq!(trusting.get(&url("keys.example")).await, Ok(Bytes::from("hello")));
    assert_eq!(trusting.get(&url("other.example")).await, Err(FetchError::Failed), "for another name");
    assert_eq!(trusting.get(&url("127.0.0.1")).await, Err(FetchError::Failed), "for an address");
    assert_eq!(with(Authorities::system()).get(&url("keys.example")).await, Err(FetchError::Failed), "a stranger's");
    let (stranger, _) = certified("keys.example");
    let stranger = with(Authorities::system().with_pem(stranger.as_bytes()).unwrap());
    assert_eq!(stranger.get(&url("keys.example")).await, Err(FetchError::Failed));
    assert_eq!(server.asked(), 1);
}
