//! How many connections each address holds.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use ipnet::IpNet;

/// Counts open connections by address. An IPv6 subscriber holds a whole /64, so that is what counts as one address.
/// Trusted proxies carry many people's connections and are not counted.
pub(crate) struct Addresses {
    most: usize,
    exempt: Vec<IpNet>,
    open: Mutex<HashMap<IpAddr, usize>>,
}

impl Addresses {
    pub(crate) fn new(most: usize, exempt: Vec<IpNet>) -> Arc<Self> {
        Arc::new(Self { most, exempt, open: Mutex::new(HashMap::new()) })
    }

    /// Takes one place for an address; `None` when it holds as many as it may.
    pub(crate) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = address.to_canonical();
        if self.exempt.iter().any(|network| network.contains(&address)) {
            return Some(Place { addresses: self.clone(), group: None });
        }
        let group = group_of(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(group).or_insert(0);
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place { addresses: self.clone(), group: Some(group) })
    }
}

/// What counts as one address.
pub(crate) fn group_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
    }
}

/// One open connection's place; given back when dropped.
pub(crate) struct Place {
    addresses: Arc<Addresses>,
    group: Option<IpAddr>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(group) = self.group else { return };
        let mut open = self.addresses.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&group) {
            *count -= 1;
            // The map holds open connections only, so it is as bounded as they are.
            if *count == 0 {
                open.remove(&group);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn f10_an_address_holds_no_more_than_its_share() {
        let addresses = Addresses::new(2, Vec::new());
        let first = addresses.enter(ip("192.0.2.1"));
        let _second = addresses.enter(ip("::ffff:192.0.2.1"));
        assert!(addresses.enter(ip("192.0.2.1")).is_none());
        assert!(addresses.enter(ip("192.0.2.2")).is_some(), "another address is not touched");
        drop(first);
        assert!(addresses.enter(ip("192.0.2.1")).is_some(), "a place comes back");
    }

    #[test]
    fn f10_an_ipv6_network_is_one_address() {
        let addresses = Addresses::new(1, Vec::new());
        let _held = addresses.enter(ip("2001:db8::1"));
        assert!(addresses.enter(ip("2001:db8::ffff:2")).is_none());
        assert!(addresses.enter(ip("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn a_trusted_proxy_is_not_counted_and_nothing_is_kept() {
        let addresses = Addresses::new(1, vec!["10.0.0.0/8".parse().expect("a network")]);
        let places: Vec<_> = (0..100).map(|_| addresses.enter(ip("10.1.2.3"))).collect();
        assert!(places.iter().all(Option::is_some));
        drop(places);
        drop(addresses.enter(ip("192.0.2.1")));
        assert!(addresses.open.lock().expect("whole").is_empty());
    }
}
