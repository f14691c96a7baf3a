//! `health`: whether the server beside us is ready. An image without a shell has nothing else to ask with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::configuration::Settings;
use crate::failure::{Exit, Failure};

/// Longest time for the whole question.
const PATIENCE: Duration = Duration::from_secs(5);
/// More than an answer needs.
const MOST_BYTES: u64 = 16 * 1024;

/// Succeeds when the management listener says that the server is ready.
pub(crate) async fn health(settings: Settings) -> Result<(), Failure> {
    let Some(address) = settings.serve.management_listen else {
        return Err(Failure::new(Exit::Usage, "management_listen is off: nobody can be asked"));
    };
    let asked = tokio::time::timeout(PATIENCE, ask(reachable(address))).await;
    match asked {
        Ok(Ok(answer)) if answer.starts_with("HTTP/1.1 200 ") => Ok(()),
        Ok(Ok(answer)) => {
            Err(Failure::failed(format!("not ready: {}", answer.rsplit("\r\n\r\n").next().unwrap_or_default())))
        }
        Ok(Err(error)) => Err(Failure::failed(format!("{address}: {error}"))),
        Err(_) => Err(Failure::failed(format!("{address}: no answer within {} s", PATIENCE.as_secs()))),
    }
}

async fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.take(MOST_BYTES).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Who listens on every address is asked on loopback.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
