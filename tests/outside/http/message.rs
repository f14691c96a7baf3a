//! Requests and responses, read from and written to any byte stream.

use std::io::{BufRead, Error, ErrorKind, Read, Result, Write};

/// Header names are kept as they came; looking one up ignores letter case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query, as on the request line.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        Self { method: method.to_owned(), target: target.to_owned(), ..Self::default() }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; panics with the whole answer when it is something else.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON, {}: {}", self.status, self.text()))
    }
}

fn header<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The next request on a connection; `None` when the other side has closed it between two requests.
pub(crate) fn read_request(stream: &mut impl BufRead) -> Result<Option<Request>> {
    let Some(start) = read_line(stream)? else { return Ok(None) };
    let mut words = start.splitn(3, ' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Err(broken("request line")) };
    let headers = read_headers(stream)?;
    let body = read_body(stream, &headers, false)?;
    Ok(Some(Request { method: method.to_owned(), target: target.to_owned(), headers, body }))
}

/// The answer to a request by `method`, which decides whether a body follows.
pub(crate) fn read_response(stream: &mut impl BufRead, method: &str) -> Result<Response> {
    loop {
        let start = read_line(stream)?.ok_or_else(|| broken("answer: the connection was closed"))?;
        let status = start.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(|| broken("status line"))?;
        let headers = read_headers(stream)?;
        if (100..200).contains(&status) {
            continue;
        }
        let bodiless = method == "HEAD" || status == 204 || status == 304;
        let body = if bodiless { Vec::new() } else { read_body(stream, &headers, true)? };
        return Ok(Response { status, headers, body });
    }
}

fn read_line(stream: &mut impl BufRead) -> Result<Option<String>> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
}

fn read_headers(stream: &mut impl BufRead) -> Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let line = read_line(stream)?.ok_or_else(|| broken("headers"))?;
        if line.is_empty() {
            return Ok(headers);
        }
        let (name, value) = line.split_once(':').ok_or_else(|| broken("header line"))?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
}

fn read_body(stream: &mut impl BufRead, headers: &[(String, String)], until_close: bool) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    if header(headers, "transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        loop {
            let line = read_line(stream)?.ok_or_else(|| broken("chunk"))?;
            let digits = line.split(';').next().unwrap_or_default().trim();
            let size = u64::from_str_radix(digits, 16).map_err(|_| broken("chunk size"))?;
            stream.by_ref().take(size).read_to_end(&mut body)?;
            // The line end after a chunk; after the last one, of the empty trailer.
            read_line(stream)?;
            if size == 0 {
                return Ok(body);
            }
        }
    }
    if let Some(length) = header(headers, "content-length") {
        let length: usize = length.parse().map_err(|_| broken("length"))?;
        body.resize(length, 0);
        stream.read_exact(&mut body)?;
    } else if until_close {
        stream.read_to_end(&mut body)?;
    }
    Ok(body)
}

fn broken(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("broken {what}"))
}

/// Writes a request with its length; hop-by-hop headers that the value may carry from another connection are left out.
pub(crate) fn write_request(stream: &mut impl Write, request: &Request) -> Result<()> {
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
    push_headers(&mut head, &request.headers);
    if !request.body.is_empty() || !matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "DELETE") {
        push(&mut head, "Content-Length", request.body.len());
    }
    head += "Connection: close\r\n\r\n";
    stream.write_all(head.as_bytes())?;
    stream.write_all(&request.body)?;
    stream.flush()
}

/// Writes a response for a connection that stays open.
pub(crate) fn write_response(stream: &mut impl Write, response: &Response, method: &str) -> Result<()> {
    let mut head = format!("HTTP/1.1 {} -\r\n", response.status);
    push_headers(&mut head, &response.headers);
    if method == "HEAD" {
        if let Some(length) = response.header("content-length") {
            push(&mut head, "Content-Length", length);
        }
    } else if response.status != 204 && response.status != 304 {
        push(&mut head, "Content-Length", response.body.len());
    }
    head += "\r\n";
    stream.write_all(head.as_bytes())?;
    stream.write_all(&response.body)?;
    stream.flush()
}

fn push(head: &mut String, name: &str, value: impl std::fmt::Display) {
    let _ = std::fmt::Write::write_fmt(head, format_args!("{name}: {value}\r\n"));
}

fn push_headers(head: &mut String, headers: &[(String, String)]) {
    const OF_ONE_CONNECTION: [&str; 5] = ["connection", "keep-alive", "transfer-encoding", "content-length", "expect"];
    for (name, value) in headers {
        if !OF_ONE_CONNECTION.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            push(head, name, value);
        }
    }
}
