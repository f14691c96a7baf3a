//! Which addresses may be asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Special-purpose networks of IPv4 (IANA's registry, RFC 6890): none of them is the public Internet.
const SPECIAL_V4: &[(Ipv4Addr, u8)] = &[
    // This host, and this network.
    (Ipv4Addr::UNSPECIFIED, 8),
    // Private use (RFC 1918).
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // Shared by carriers (RFC 6598).
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    // Loopback.
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Link-local: clouds answer for their machines here.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    // IETF protocol assignments, DS-Lite among them.
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    // Documentation (RFC 5737).
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Relays of 6to4, AS112, AMT.
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    (Ipv4Addr::new(192, 175, 48, 0), 24),
    // Benchmarks.
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    // Multicast, what is reserved, and broadcast.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// Networks inside 2000::/3 that are not the public Internet.
const SPECIAL_V6: &[(Ipv6Addr, u8)] = &[
    // IETF protocol assignments: Teredo, which carries IPv4 addresses, ORCHID, benchmarks.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // Documentation (RFC 3849, RFC 9637).
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    // 6to4, which carries an IPv4 address and is given up (RFC 7526).
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    // AS112.
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48),
];

/// The networks that may be asked: the public Internet by `https`, and what the configuration names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    allowed: Vec<IpNet>,
}

impl Network {
    /// The public Internet, and these networks besides.
    pub fn new(allowed: Vec<IpNet>) -> Self {
        Self { allowed }
    }

    /// The address to connect to, if this one may be asked. Plain `http` is readable and forgeable on the way, so it goes
    /// only where the configuration has said that the way is its own.
    pub(crate) fn admit(&self, address: IpAddr, encrypted: bool) -> Option<IpAddr> {
        // ::ffff:a.b.c.d is a.b.c.d for the system, and so it is here.
        let address = address.to_canonical();
        let named = self.allowed.iter().any(|network| network.contains(&address));
        (named || (encrypted && is_public(address))).then_some(address)
    }
}

/// Whether an address is of the public Internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|(network, bits)| within_v4(address, *network, *bits)),
        IpAddr::V6(address) => match behind_nat64(address) {
            // RFC 6052 §2.1: where there is no IPv4, all of it is reached like this; what counts is who is behind.
            Some(behind) => is_public(IpAddr::V4(behind)),
            None => {
                within_v6(address, Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3)
                    && !SPECIAL_V6.iter().any(|(network, bits)| within_v6(address, *network, *bits))
            }
        },
    }
}

/// The IPv4 address inside 64:ff9b::/96.
fn behind_nat64(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.octets() {
        [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] => Some(Ipv4Addr::new(a, b, c, d)),
        _ => None,
    }
}

fn within_v4(address: Ipv4Addr, network: Ipv4Addr, bits: u8) -> bool {
    let shift = 32 - u32::from(bits);
    address.to_bits() >> shift == network.to_bits() >> shift
}

fn within_v6(address: Ipv6Addr, network: Ipv6Addr, bits: u8) -> bool {
    let shift = 128 - u32::from(bits);
    address.to_bits() >> shift == network.to_bits() >> shift
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        Network::default().admit(text.parse().unwrap(), true).is_some()
    }

    #[test]
    fn a27_nothing_but_the_public_internet() {
        for special in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::8.8.8.8",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:808:808::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!public(special), "{special}");
        }
        for open in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "192.169.0.1",
            "198.17.255.255",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "64:ff9b::8.8.8.8",
            "::ffff:8.8.8.8",
        ] {
            assert!(public(open), "{open}");
        }
    }

    #[test]
    fn a27_a_named_network_opens_itself_and_nothing_else() {
        let network = Network::new(vec!["10.1.0.0/16".parse().unwrap(), "fd00::/8".parse().unwrap()]);
        for (text, encrypted, admitted) in [
            ("10.1.2.3", true, true),
            ("10.1.2.3", false, true),
            ("::ffff:10.1.2.3", false, true),
            ("fd12::1", false, true),
            ("10.2.0.1", true, false),
            ("127.0.0.1", true, false),
            ("64:ff9b::10.1.2.3", true, false),
            ("8.8.8.8", true, true),
            ("8.8.8.8", false, false),
            ("2606:4700::1111", false, false),
        ] {
            assert_eq!(network.admit(text.parse().unwrap(), encrypted).is_some(), admitted, "{text} {encrypted}");
        }
        assert_eq!(network.admit("::ffff:10.1.2.3".parse().unwrap(), false), Some("10.1.2.3".parse().unwrap()));
    }
}
