//! When a realm insists on TLS.

use std::net::IpAddr;

use identity::SslRequired;

use super::RequestFacts;

/// Whether the realm takes a request over this connection.
pub fn is_satisfied(required: SslRequired, facts: &RequestFacts) -> bool {
    facts.secure
        || match required {
            SslRequired::None => true,
            SslRequired::External => is_private(facts.address),
            SslRequired::All => false,
        }
}

/// Loopback, private and link-local addresses: what Keycloak's `external` leaves out.
pub fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_is_what_no_router_carries_outside() {
        for (address, private) in [
            ("127.0.0.1", true),
            ("10.1.2.3", true),
            ("172.16.0.1", true),
            ("172.32.0.1", false),
            ("192.168.1.1", true),
            ("169.254.1.1", true),
            ("::1", true),
            ("fd00::1", true),
            ("fe80::1", true),
            ("::ffff:192.168.1.1", true),
            ("::ffff:192.0.2.1", false),
            ("192.0.2.1", false),
            ("0.0.0.0", false),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_private(address.parse().unwrap()), private, "{address}");
        }
    }
}
