//! Sending one request.

use std::io::{BufReader, Result};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;

use super::message::{Request, Response, read_response, write_request};

const LIMIT: Duration = Duration::from_mins(1);

/// Sends `request` over a connection of its own. The Host header is the request's own, or else the address.
pub(crate) fn send(address: SocketAddr, request: &Request) -> Result<Response> {
    let stream = connect(address)?;
    let mut request = request.clone();
    if request.header("host").is_none() {
        request.headers.insert(0, ("Host".to_owned(), format!("localhost:{}", address.port())));
    }
    write_request(&mut &stream, &request)?;
    read_response(&mut BufReader::new(&stream), &request.method)
}

/// Sends `request`, whose Host header is its own, over TLS to the server that proves to be `name`.
pub(crate) fn send_secure(
    address: SocketAddr,
    name: &str,
    trust: &Arc<rustls::ClientConfig>,
    request: &Request,
) -> Result<Response> {
    let name = ServerName::try_from(name.to_owned()).map_err(std::io::Error::other)?;
    let connection = rustls::ClientConnection::new(Arc::clone(trust), name).map_err(std::io::Error::other)?;
    let mut stream = rustls::StreamOwned::new(connection, connect(address)?);
    write_request(&mut stream, request)?;
    read_response(&mut BufReader::new(stream), &request.method)
}

fn connect(address: SocketAddr) -> Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, LIMIT)?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// As [`send`]; panics when there is no answer.
#[track_caller]
pub(crate) fn exchange(address: SocketAddr, request: &Request) -> Response {
    send(address, request).unwrap_or_else(|error| panic!("{} {}: {error}", request.method, request.target))
}

#[track_caller]
pub(crate) fn get(address: SocketAddr, target: &str) -> Response {
    exchange(address, &Request::new("GET", target))
}
