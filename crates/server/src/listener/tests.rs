use super::*;

use axum::Router;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// A running listener over real loopback sockets. Its clock is paused: it jumps to the next deadline when nothing else
/// is left to do, so that a test of a deadline takes no time.
struct Running {
    address: SocketAddr,
    counts: Arc<Counts>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<usize>,
}

fn limits() -> Limits {
    Limits {
        connections: 100,
        connections_per_address: 100,
        requests_per_address: 0,
        body_bytes: 1024,
        header_timeout: Duration::from_secs(10),
        body_timeout: Duration::from_secs(20),
        idle_timeout: Duration::from_secs(75),
        shutdown_timeout: Duration::from_secs(5),
    }
}

async fn run(limits: Limits, app: Router) -> Running {
    let loopback = "127.0.0.1:0".parse().expect("an address");
    let listener = Listener::bind(loopback, limits, Vec::new()).await.expect("bound");
    let (stop, stopped) = watch::channel(false);
    Running {
        address: listener.address().expect("bound"),
        counts: listener.counts(),
        stop,
        serving: tokio::spawn(listener.serve(app, stopped)),
    }
}

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" })).route("/", post(|body: String| async move { body }))
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("connected")
    }

    /// Sends bytes and reads until the server closes; answers how long that took on the paused clock.
    async fn until_closed(&self, bytes: &[u8]) -> (String, Duration) {
        let mut stream = self.connect().await;
        let began = Instant::now();
        stream.write_all(bytes).await.expect("written");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        (String::from_utf8_lossy(&answer).into_owned(), began.elapsed())
    }
}

async fn read_some(stream: &mut TcpStream) -> String {
    let mut buffer = vec![0; 4096];
    let count = stream.read(&mut buffer).await.expect("read");
    String::from_utf8_lossy(&buffer[..count]).into_owned()
}

fn about(took: Duration, seconds: u64) -> bool {
    (Duration::from_secs(seconds)..Duration::from_secs(seconds + 3)).contains(&took)
}

const HELLO: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

#[tokio::test(start_paused = true)]
async fn f09_a_silent_or_dripping_peer_is_cut_off_at_the_header_deadline() {
    let server = run(limits(), hello()).await;
    for beginning in [&b""[..], b"G", b"PRI * HTTP", b"GET / HTTP/1.1\r\nhost: x\r\nx-more: "] {
        let (answer, took) = server.until_closed(beginning).await;
        assert!(!answer.contains("200 OK") && about(took, 10), "{beginning:?}: {answer} after {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn f09_a_body_that_does_not_come_is_refused() {
    let server = run(limits(), hello()).await;
    let half = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf";
    let (answer, took) = server.until_closed(half).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(took >= Duration::from_secs(20) && took < Duration::from_secs(100), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn f09_an_idle_connection_is_kept_for_its_time_and_a_slow_second_head_is_not() {
    let server = run(limits(), hello()).await;
    let (answer, took) = server.until_closed(HELLO).await;
    assert!(answer.ends_with("hello") && about(took, 75), "{answer} after {took:?}");
    let mut both = HELLO.to_vec();
    both.extend_from_slice(HELLO);
    let (answer, _) = server.until_closed(&both).await;
    assert_eq!(answer.matches("hello").count(), 2);

    let mut stream = server.connect().await;
    stream.write_all(HELLO).await.expect("written");
    assert!(read_some(&mut stream).await.ends_with("hello"));
    let began = Instant::now();
    stream.write_all(b"GET / HT").await.expect("written");
    assert_eq!(read_some(&mut stream).await, "");
    assert!(about(began.elapsed(), 10), "{:?}", began.elapsed());
}

#[tokio::test]
async fn f10_one_address_holds_its_share_and_gets_it_back() {
    let server = run(Limits { connections_per_address: 2, ..limits() }, hello()).await;
    let (mut first, mut second) = (server.connect().await, server.connect().await);
    for stream in [&mut first, &mut second] {
        stream.write_all(HELLO).await.expect("written");
        assert!(read_some(stream).await.contains("200 OK"));
    }
    let (answer, _) = server.until_closed(b"").await;
    assert_eq!(answer, "");
    assert_eq!(server.counts.refused.load(Ordering::Relaxed), 1);
    drop(first);
    // The place comes back as soon as the server has seen the end: ask until then.
    loop {
        let mut again = server.connect().await;
        if again.write_all(HELLO).await.is_ok() && matches!(again.read(&mut [0; 16]).await, Ok(count) if count > 0) {
            break;
        }
    }
}

#[tokio::test]
async fn f10_beyond_the_cap_newcomers_wait_for_room() {
    let server = run(Limits { connections: 1, ..limits() }, hello()).await;
    let mut first = server.connect().await;
    first.write_all(HELLO).await.expect("written");
    assert!(read_some(&mut first).await.contains("200 OK"));
    let mut waiting = server.connect().await;
    waiting.write_all(HELLO).await.expect("written");
    first.write_all(HELLO).await.expect("written");
    assert!(read_some(&mut first).await.contains("200 OK"), "who is in is served");
    assert_eq!(server.counts.accepted.load(Ordering::Relaxed), 1);
    drop(first);
    assert!(read_some(&mut waiting).await.contains("200 OK"), "and then who waited");
}

#[tokio::test]
async fn a49_two_hosts_or_none_are_refused() {
    let server = run(limits(), hello()).await;
    for bad in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n"] {
        let (answer, _) = server.until_closed(bad).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
        assert!(!answer.contains("hello"));
    }
}

#[tokio::test]
async fn a45_nothing_follows_a_chunked_request() {
    let server = run(limits(), hello()).await;
    let smuggled = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n\
                     GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    let (answer, _) = server.until_closed(smuggled).await;
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    assert!(!answer.contains("hello"), "{answer}");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = run(limits(), hello()).await;
    let mut head = b"GET / HTTP/1.1\r\nhost: x\r\nx-large: ".to_vec();
    head.resize(40 * 1024, b'a');
    head.extend_from_slice(b"\r\n\r\n");
    let (answer, _) = server.until_closed(&head).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn stopping_finishes_what_is_in_flight_and_takes_no_more() {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = {
        let (entered, release) = (entered.clone(), release.clone());
        move || async move {
            entered.notify_one();
            release.notified().await;
            "done"
        }
    };
    let server = run(limits(), Router::new().route("/", get(handler))).await;
    let mut idle = server.connect().await;
    let mut busy = server.connect().await;
    busy.write_all(HELLO).await.expect("written");
    entered.notified().await;
    server.stop.send(true).expect("serving");
    assert_eq!(read_some(&mut idle).await, "", "an idle connection is closed");
    assert!(TcpStream::connect(server.address).await.is_err(), "nobody is let in any more");
    release.notify_one();
    assert!(read_some(&mut busy).await.ends_with("done"));
    assert_eq!(server.serving.await.expect("ended"), 0);
}

#[tokio::test(start_paused = true)]
async fn stopping_does_not_wait_for_ever() {
    let handler = || async { std::future::pending::<&'static str>().await };
    let server = run(limits(), Router::new().route("/", get(handler))).await;
    let mut busy = server.connect().await;
    busy.write_all(HELLO).await.expect("written");
    while server.counts.open() == 0 {
        tokio::task::yield_now().await;
    }
    server.stop.send(true).expect("serving");
    let began = Instant::now();
    let cut_off = server.serving.await.expect("ended");
    assert!(began.elapsed() <= Duration::from_secs(6), "{:?}", began.elapsed());
    assert!(cut_off <= 1);
}
