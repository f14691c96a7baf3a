//! A reverse proxy that writes down what passes: it stands between a registry's token realm and the server, so that a test can say what
//! a client really sent. Where it is given a certificate it is also the one TLS front of a registry and a token server.

use std::io::{BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::http::{Request, Response, decode_pairs, read_request, send, write_response};
use crate::token::Token;

/// One request and its answer, as seen on the wire.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) request: Request,
    pub(crate) response: Response,
}

/// What a request showed as its credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    None,
    Basic {
        user: String,
        password: String,
    },
    /// The password or refresh token grant of a POST.
    Form {
        user: String,
        secret: String,
    },
    Other(String),
}

impl Exchange {
    pub(crate) fn path(&self) -> &str {
        self.request.target.split('?').next().unwrap_or_default()
    }

    /// Parameters of query and form body, in order, repeated ones too.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        let mut pairs = self.request.target.split_once('?').map(|(_, query)| decode_pairs(query)).unwrap_or_default();
        if self.request.method == "POST" {
            pairs.extend(decode_pairs(&String::from_utf8_lossy(&self.request.body)));
        }
        pairs
    }

    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        self.parameters().into_iter().filter(|(key, _)| key == name).map(|(_, value)| value).collect()
    }

    pub(crate) fn one(&self, name: &str) -> Option<String> {
        self.all(name).into_iter().next()
    }

    /// Each `scope` parameter, unsplit.
    pub(crate) fn scopes(&self) -> Vec<String> {
        self.all("scope")
    }

    /// Resource scopes, whichever way they were joined.
    pub(crate) fn resource_scopes(&self) -> Vec<String> {
        self.scopes().iter().flat_map(|scope| scope.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
    }

    pub(crate) fn is_post(&self) -> bool {
        self.request.method == "POST"
    }

    pub(crate) fn is_chunked(&self) -> bool {
        self.request.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"))
    }

    pub(crate) fn user_agent(&self) -> String {
        self.request.header("user-agent").unwrap_or_default().to_owned()
    }

    pub(crate) fn credentials(&self) -> Credentials {
        if let Some(header) = self.request.header("authorization") {
            let decoded = header.strip_prefix("Basic ").and_then(|text| STANDARD.decode(text).ok());
            let text = decoded.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            return match text.as_deref().and_then(|text| text.split_once(':')) {
                Some((user, password)) => Credentials::Basic { user: user.to_owned(), password: password.to_owned() },
                None => Credentials::Other(header.to_owned()),
            };
        }
        match (self.one("username"), self.one("password").or_else(|| self.one("refresh_token"))) {
            (user, Some(secret)) if self.is_post() => Credentials::Form { user: user.unwrap_or_default(), secret },
            _ => Credentials::None,
        }
    }

    /// One line for a report: the grant of a token in place of the token.
    pub(crate) fn line(&self) -> String {
        let body = self.body();
        let answer = match body["token"].as_str() {
            Some(token) => format!("{:?}", Token::decode(token).access()),
            None => self.response.text().chars().take(300).collect(),
        };
        let Request { method, target, .. } = &self.request;
        format!("{method} {target} {:?} {:?} -> {} {answer}\n", self.credentials(), self.scopes(), self.response.status)
    }

    /// The answer's body; null when it is not JSON.
    pub(crate) fn body(&self) -> Value {
        serde_json::from_slice(&self.response.body).unwrap_or(Value::Null)
    }
}

/// Where requests go whose path begins with `prefix`.
#[derive(Clone)]
pub(crate) struct Route {
    pub(crate) prefix: &'static str,
    pub(crate) to: SocketAddr,
    /// What the next server is told about the host name; `None` passes on the client's word.
    pub(crate) host: Option<String>,
}

pub(crate) struct Proxy {
    address: SocketAddr,
    record: Arc<Mutex<Vec<Exchange>>>,
    stop: Arc<AtomicBool>,
}

impl Proxy {
    /// Listens on a free port of the loopback address `on`. The first route whose prefix fits is taken. Without any route it answers 200 to everything
    /// and only writes down.
    pub(crate) fn start(on: IpAddr, routes: Vec<Route>, certificate: Option<Arc<rustls::ServerConfig>>) -> Self {
        let listener = TcpListener::bind((on, 0)).expect("a loopback port is free");
        let address = listener.local_addr().expect("a bound listener has an address");
        let record = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let passage = Passage { routes, record: Arc::clone(&record), secure: certificate.is_some() };
        let stopped = Arc::clone(&stop);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let passage = passage.clone();
                let certificate = certificate.clone();
                std::thread::spawn(move || passage.accept(stream, certificate));
            }
        });
        Self { address, record, stop }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn record(&self) -> Vec<Exchange> {
        self.record.lock().expect("the record is not poisoned").clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the listener, which then sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}

#[derive(Clone)]
struct Passage {
    routes: Vec<Route>,
    record: Arc<Mutex<Vec<Exchange>>>,
    secure: bool,
}

impl Passage {
    fn accept(&self, stream: TcpStream, certificate: Option<Arc<rustls::ServerConfig>>) {
        // Clients close when they like; what matters of an exchange has been written down by then.
        let _ = match certificate {
            Some(certificate) => rustls::ServerConnection::new(certificate)
                .map_err(std::io::Error::other)
                .and_then(|connection| self.serve(rustls::StreamOwned::new(connection, stream))),
            None => self.serve(stream),
        };
    }

    fn serve(&self, stream: impl Read + Write) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        while let Some(request) = read_request(&mut stream)? {
            let method = request.method.clone();
            let response = self.forward(request);
            write_response(stream.get_mut(), &response, &method)?;
        }
        Ok(())
    }

    fn forward(&self, request: Request) -> Response {
        let Some(route) = self.routes.iter().find(|route| request.target.starts_with(route.prefix)) else {
            let response = Response { status: if self.routes.is_empty() { 200 } else { 404 }, ..Response::default() };
            self.write_down(request, &response);
            return response;
        };
        let mut onward = request.clone();
        if let Some(host) = &route.host {
            onward.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("host"));
            onward.headers.insert(0, ("Host".to_owned(), host.clone()));
        }
        let scheme = if self.secure { "https" } else { "http" };
        onward.headers.push(("X-Forwarded-Proto".to_owned(), scheme.to_owned()));
        // An unreachable server is an answer too: clients behave differently on it.
        let response = send(route.to, &onward).unwrap_or(Response { status: 502, ..Response::default() });
        self.write_down(request, &response);
        response
    }

    fn write_down(&self, request: Request, response: &Response) {
        let exchange = Exchange { request, response: response.clone() };
        self.record.lock().expect("the record is not poisoned").push(exchange);
    }
}
