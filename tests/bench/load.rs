//! A load of keep-alive HTTP/1.1 connections, each with one request in flight, bounded in time.
//!
//! Requests are written as bytes made beforehand and answers are read just far enough to know where they end, so that the load
//! itself costs little on the cores it shares with the server.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What one drive of the load saw.
pub(crate) struct Seen {
    pub(crate) requests: u64,
    /// Answers by class: anything but the status that was expected.
    pub(crate) unexpected: u64,
    pub(crate) elapsed: Duration,
    /// Sorted, in microseconds.
    latencies: Vec<u32>,
}

impl Seen {
    pub(crate) fn per_second(&self) -> f64 {
        self.requests as f64 / self.elapsed.as_secs_f64()
    }

    /// A latency in milliseconds; `share` is 0.5 for the median.
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let index = (last as f64 * share).round() as usize;
        f64::from(self.latencies.get(index).copied().unwrap_or(0)) / 1000.0
    }
}

/// The requests of a load: connection `n` sends `of(n)` again and again.
pub(crate) struct Requests {
    pub(crate) expected: u16,
    pub(crate) of: Box<dyn Fn(usize) -> Vec<u8> + Send + Sync>,
    /// Whether a connection that is told to come back later does so, as clients do; else it asks again at once.
    pub(crate) patient: bool,
}

impl Requests {
    /// The same bytes on every connection.
    pub(crate) fn same(expected: u16, bytes: Vec<u8>) -> Self {
        Self { expected, of: Box::new(move |_| bytes.clone()), patient: false }
    }
}

/// Drives `connections` for `span` against a loopback port.
pub(crate) fn drive(port: u16, connections: usize, span: Duration, requests: Requests) -> Seen {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(drive_here(port, connections, span, Arc::new(requests)))
}

async fn drive_here(port: u16, connections: usize, span: Duration, requests: Arc<Requests>) -> Seen {
    let start = Instant::now();
    let end = start + span;
    let tasks: Vec<_> = (0..connections)
        .map(|n| tokio::spawn(connection(port, (requests.of)(n), Arc::clone(&requests), end)))
        .collect();
    let mut seen = Seen { requests: 0, unexpected: 0, elapsed: span, latencies: Vec::new() };
    for task in tasks {
        let (latencies, unexpected) = task.await.expect("a connection of the load does not panic");
        seen.requests += latencies.len() as u64;
        seen.unexpected += unexpected;
        seen.latencies.extend(latencies);
    }
    seen.elapsed = start.elapsed();
    seen.latencies.sort_unstable();
    seen
}

async fn connection(port: u16, request: Vec<u8>, requests: Arc<Requests>, end: Instant) -> (Vec<u32>, u64) {
    let mut latencies = Vec::with_capacity(1 << 14);
    let mut unexpected = 0;
    let mut stream = connect(port).await;
    let mut buffer = Vec::with_capacity(1 << 14);
    while Instant::now() < end {
        let sent = Instant::now();
        let Answer { status, retry_after } = match exchange(&mut stream, &request, &mut buffer).await {
            Ok(answer) => answer,
            Err(_) => {
                stream = connect(port).await;
                Answer { status: 0, retry_after: None }
            }
        };
        latencies.push(sent.elapsed().as_micros().min(u128::from(u32::MAX)) as u32);
        unexpected += u64::from(status != requests.expected);
        if let Some(seconds) = retry_after.filter(|_| requests.patient) {
            tokio::time::sleep_until((Instant::now() + Duration::from_secs(seconds)).min(end).into()).await;
        }
    }
    (latencies, unexpected)
}

async fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("the server under test accepts connections");
    stream.set_nodelay(true).expect("TCP_NODELAY");
    stream
}

/// What an answer's head says.
pub(crate) struct Answer {
    pub(crate) status: u16,
    retry_after: Option<u64>,
}

/// Sends the request and reads one whole answer.
pub(crate) async fn exchange(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>) -> std::io::Result<Answer> {
    stream.write_all(request).await?;
    buffer.clear();
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    };
    let text = std::str::from_utf8(buffer.get(..head).unwrap_or_default()).unwrap_or_default();
    let status = text.get(9..12).and_then(|s| s.parse().ok()).unwrap_or(0);
    let retry_after = header(text, "retry-after").and_then(|v| v.parse().ok());
    let length = header(text, "content-length").and_then(|v| v.parse::<usize>().ok());
    match length {
        Some(length) => {
            while buffer.len() < head + length {
                if stream.read_buf(buffer).await? == 0 {
                    return Err(std::io::ErrorKind::UnexpectedEof.into());
                }
            }
        }
        None if header(text, "transfer-encoding").is_some() => {
            while !buffer.ends_with(b"0\r\n\r\n") {
                if stream.read_buf(buffer).await? == 0 {
                    return Err(std::io::ErrorKind::UnexpectedEof.into());
                }
            }
        }
        None => {}
    }
    Ok(Answer { status, retry_after })
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// One request, one answer, on a connection of its own: status and body.
pub(crate) fn once(port: u16, request: &[u8]) -> std::io::Result<(u16, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let mut buffer = Vec::new();
        let Answer { status, .. } = exchange(&mut stream, request, &mut buffer).await?;
        let text = String::from_utf8_lossy(&buffer);
        let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
        Ok((status, body))
    })
}

/// A GET.
pub(crate) fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").into_bytes()
}

/// A form POST.
pub(crate) fn post(path: &str, form: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
    .into_bytes()
}
