//! Who the peer is behind trusted proxies.
//!
//! Each trusted proxy appends whom it heard; what stands further left was said by somebody else. So the list is read from
//! the right, and the first address that is no trusted proxy is the peer. Headers from untrusted peers mean nothing.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;

use super::Connection;

/// Address and scheme of the peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResolvedPeer {
    /// Its address.
    pub address: IpAddr,
    /// Whether it spoke TLS with the outermost trusted proxy.
    pub secure: bool,
    /// `X-Forwarded-*` and `Forwarded` are both there and disagree.
    pub unclear: bool,
}

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// Longer chains are not looked at: nobody has so many proxies.
const MAX_HOPS: usize = 32;

/// Works out the peer of a request.
pub fn resolve(connection: Connection, headers: &HeaderMap, trusted: &[IpNet]) -> ResolvedPeer {
    let itself = ResolvedPeer { address: connection.address.to_canonical(), secure: connection.secure, unclear: false };
    if !is_trusted(itself.address, trusted) {
        return itself;
    }
    let by_x = by_x_forwarded(headers, itself, trusted);
    let by_standard = by_forwarded(headers, itself, trusted);
    match (by_x, by_standard) {
        (None, None) => itself,
        (Some(peer), None) | (None, Some(peer)) => peer,
        // A proxy sets one of the two and passes the other on as it came. Where they agree it does not matter which.
        (Some(one), Some(other)) if one == other => one,
        (Some(_), Some(_)) => ResolvedPeer { unclear: true, secure: false, ..itself },
    }
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// One hop that a proxy told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Hop {
    address: Option<IpAddr>,
    secure: Option<bool>,
}

fn by_x_forwarded(headers: &HeaderMap, itself: ResolvedPeer, trusted: &[IpNet]) -> Option<ResolvedPeer> {
    let addresses = list(headers, &X_FORWARDED_FOR);
    let schemes = list(headers, &X_FORWARDED_PROTO);
    if addresses.is_empty() && schemes.is_empty() {
        return None;
    }
    // One scheme for each address where every proxy appends; otherwise what the nearest proxy says holds for all.
    let paired = schemes.len() == addresses.len();
    let mut hops: Vec<Hop> = addresses
        .iter()
        .enumerate()
        .map(|(index, address)| {
            let scheme = if paired { schemes.get(index) } else { schemes.last() };
            Hop { address: parse_node(address), secure: scheme.map(|scheme| scheme.eq_ignore_ascii_case("https")) }
        })
        .collect();
    if hops.is_empty() {
        hops.push(Hop {
            address: Some(itself.address),
            secure: schemes.last().map(|scheme| scheme.eq_ignore_ascii_case("https")),
        });
    }
    Some(walk(&hops, itself, trusted))
}

/// RFC 7239 §4: elements separated by commas, each a list of `name=value` pairs; §5.2 and §5.4: `for` and `proto`.
fn by_forwarded(headers: &HeaderMap, itself: ResolvedPeer, trusted: &[IpNet]) -> Option<ResolvedPeer> {
    let elements = list(headers, &header::FORWARDED);
    if elements.is_empty() {
        return None;
    }
    let hops: Vec<Hop> = elements
        .iter()
        .map(|element| {
            let mut hop = Hop::default();
            for pair in element.split(';') {
                let Some((name, value)) = pair.split_once('=') else { continue };
                let value = value.trim().trim_matches('"');
                if name.trim().eq_ignore_ascii_case("for") {
                    hop.address = parse_node(value);
                } else if name.trim().eq_ignore_ascii_case("proto") {
                    hop.secure = Some(value.eq_ignore_ascii_case("https"));
                }
            }
            hop
        })
        .collect();
    Some(walk(&hops, itself, trusted))
}

fn walk(hops: &[Hop], itself: ResolvedPeer, trusted: &[IpNet]) -> ResolvedPeer {
    let mut peer = itself;
    for hop in hops.iter().rev().take(MAX_HOPS) {
        // A trusted proxy heard somebody it cannot name (`unknown`, an obfuscated node): the chain ends at the proxy.
        let Some(address) = hop.address else { break };
        peer.address = address;
        peer.secure = hop.secure.unwrap_or(peer.secure);
        if !is_trusted(address, trusted) {
            break;
        }
    }
    peer
}

fn list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a str> {
    headers
        .get_all(name)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or("unknown").split(','))
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .collect()
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
fn parse_node(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|node| node.ip()))
        .ok()
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn peer(connection: &str, headers: &[(&str, &str)], trusted: &[&str]) -> (String, bool, bool) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        let connection = Connection { address: connection.parse().unwrap(), secure: false };
        let resolved = resolve(connection, &map, &trusted);
        (resolved.address.to_string(), resolved.secure, resolved.unclear)
    }

    const PROXIES: &[&str] = &["10.0.0.0/8"];

    #[test]
    fn a49_headers_of_an_untrusted_peer_mean_nothing() {
        for headers in [
            [("x-forwarded-for", "127.0.0.1"), ("x-forwarded-proto", "https")],
            [("forwarded", "for=127.0.0.1;proto=https"), ("x-forwarded-host", "evil")],
        ] {
            assert_eq!(peer("192.0.2.9", &headers, PROXIES), ("192.0.2.9".into(), false, false));
            assert_eq!(peer("192.0.2.9", &headers, &[]), ("192.0.2.9".into(), false, false));
        }
    }

    #[test]
    fn a50_only_trusted_hops_count_however_long_the_list_is() {
        let chain =
            [("x-forwarded-for", "127.0.0.1, 10.9.9.9, 198.51.100.7, 10.0.0.2"), ("x-forwarded-proto", "https")];
        assert_eq!(peer("10.0.0.1", &chain, PROXIES), ("198.51.100.7".into(), true, false));
        let split = [("x-forwarded-for", "127.0.0.1"), ("x-forwarded-for", "198.51.100.7")];
        assert_eq!(peer("10.0.0.1", &split, PROXIES), ("198.51.100.7".into(), false, false));
    }

    #[test]
    fn schemes_are_paired_with_hops_where_there_is_one_for_each() {
        let paired = [("x-forwarded-for", "198.51.100.7, 10.0.0.2"), ("x-forwarded-proto", "https, http")];
        assert_eq!(peer("10.0.0.1", &paired, PROXIES), ("198.51.100.7".into(), true, false));
        let alone = [("x-forwarded-proto", "https")];
        assert_eq!(peer("10.0.0.1", &alone, PROXIES), ("10.0.0.1".into(), true, false));
    }

    #[test]
    fn the_standard_header_is_read_with_quotes_ports_and_ipv6() {
        let header = [("forwarded", "for=127.0.0.1, For=\"[2001:db8::7]:4711\";Proto=https;by=10.0.0.1")];
        assert_eq!(peer("10.0.0.1", &header, PROXIES), ("2001:db8::7".into(), true, false));
        let hidden = [("forwarded", "for=198.51.100.7, for=_hidden;proto=https")];
        assert_eq!(peer("10.0.0.1", &hidden, PROXIES), ("10.0.0.1".into(), false, false));
    }

    #[test]
    fn a50_a_header_that_the_proxy_passed_on_cannot_overrule_the_one_it_set() {
        let both = [("x-forwarded-for", "198.51.100.7"), ("forwarded", "for=10.1.1.1")];
        let (address, secure, unclear) = peer("10.0.0.1", &both, PROXIES);
        assert_eq!((address.as_str(), secure, unclear), ("10.0.0.1", false, true));
        let agree = [("x-forwarded-for", "198.51.100.7"), ("forwarded", "for=198.51.100.7")];
        assert_eq!(peer("10.0.0.1", &agree, PROXIES), ("198.51.100.7".into(), false, false));
    }

    #[test]
    fn rubbish_ends_the_chain_at_the_proxy() {
        for rubbish in ["unknown", "localhost", "1.2.3", "[::1", "ü"] {
            let mut map = HeaderMap::new();
            map.append("x-forwarded-for", http::HeaderValue::from_bytes(rubbish.as_bytes()).unwrap());
            let connection = Connection { address: "10.0.0.1".parse().unwrap(), secure: false };
            let resolved = resolve(connection, &map, &["10.0.0.0/8".parse().unwrap()]);
            assert_eq!(resolved.address.to_string(), "10.0.0.1", "{rubbish}");
        }
    }

    proptest! {
        #[test]
        fn no_header_text_makes_an_untrusted_connection_somebody_else(text in "[ -~]{0,80}", standard in "[ -~]{0,80}") {
            let mut map = HeaderMap::new();
            map.append("x-forwarded-for", text.parse().unwrap());
            map.append("forwarded", standard.parse().unwrap());
            let connection = Connection { address: "192.0.2.9".parse().unwrap(), secure: false };
            let resolved = resolve(connection, &map, &["10.0.0.0/8".parse().unwrap()]);
            prop_assert_eq!(resolved, ResolvedPeer { address: "192.0.2.9".parse().unwrap(), secure: false, unclear: false });
        }
    }
}
