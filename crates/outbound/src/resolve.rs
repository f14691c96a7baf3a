//! From a name to the addresses that it stands for.

use std::io;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::fetch::BoxFuture;

/// Questions to the system's resolver at a time. One that hangs keeps its place until the system gives it up, so that slow
/// name servers of others never take all the threads for files and names.
const AT_ONCE: usize = 16;

/// Looks names up.
pub trait Resolve: Send + Sync + 'static {
    /// The addresses of a name, at this moment.
    fn resolve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>>;
}

/// The system's resolver.
#[derive(Debug)]
pub struct SystemResolver {
    places: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let place = Arc::clone(&self.places).acquire_owned().await.map_err(io::Error::other)?;
            let name = name.to_owned();
            let found = tokio::task::spawn_blocking(move || {
                let _place = place;
                // The port is of no interest.
                (name.as_str(), 0).to_socket_addrs().map(|found| found.map(|one| one.ip()).collect())
            });
            found.await.map_err(io::Error::other)?
        })
    }
}
