//! How many requests there may be at once, in all and for each host.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room for requests. Who finds none waits, within the time of the request.
#[derive(Debug)]
pub(crate) struct Places {
    all: Arc<Semaphore>,
    per_host: usize,
    hosts: Arc<Hosts>,
}

/// Hosts that are asked now or waited for; no others are remembered.
type Hosts = Mutex<HashMap<String, Arc<Semaphore>>>;

/// One request's room, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _host: HostPlace,
    _all: OwnedSemaphorePermit,
}

#[derive(Debug)]
struct HostPlace {
    hosts: Arc<Hosts>,
    host: String,
    room: Arc<Semaphore>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Places {
    pub(crate) fn new(all: usize, per_host: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(all)), per_host, hosts: Arc::default() }
    }

    /// Waits for room. The host comes first, so that whoever waits for a slow host holds nothing that others need.
    pub(crate) async fn enter(&self, host: &str) -> Option<Place> {
        let room = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(hosts.entry(host.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(self.per_host))))
        };
        let mut place = HostPlace { hosts: Arc::clone(&self.hosts), host: host.to_owned(), room, permit: None };
        place.permit = Some(Arc::clone(&place.room).acquire_owned().await.ok()?);
        let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Place { _host: place, _all: all })
    }

    #[cfg(test)]
    pub(crate) fn hosts(&self) -> usize {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Drop for HostPlace {
    fn drop(&mut self) {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock, so that nobody finds the room while it is being forgotten. A permit holds the room too.
        self.permit = None;
        // The map's and this one's: nobody else is there or waits.
        if Arc::strong_count(&self.room) == 2 {
            hosts.remove(&self.host);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    async fn full(places: &Places, host: &str) -> bool {
        tokio::time::timeout(Duration::from_secs(1), places.enter(host)).await.is_err()
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_host_keeps_its_own_requests_waiting_and_no_others() {
        let places = Places::new(3, 2);
        let (one, _two) = (places.enter("slow").await.unwrap(), places.enter("slow").await.unwrap());
        assert!(full(&places, "slow").await);
        let other = places.enter("other").await.unwrap();
        assert!(full(&places, "third").await, "three in all");
        drop(other);
        drop(one);
        let _again = places.enter("slow").await.unwrap();
        assert_eq!(places.hosts(), 1, "who gave up or went is forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_remembered() {
        let places = Places::new(2, 1);
        drop(places.enter("a").await);
        let held = places.enter("b").await;
        assert!(full(&places, "b").await);
        drop(held);
        assert_eq!(places.hosts(), 0);
    }
}
