//! Where a request goes, read out of an address that anybody may have written.

use std::net::IpAddr;

use http::{HeaderValue, Uri};
use rustls::pki_types::{DnsName, ServerName};
use url::{Host, Url};

/// Longer addresses are nobody's.
const MOST_BYTES: usize = 2048;

/// Whom to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Peer {
    /// An address.
    Address(IpAddr),
    /// A name that stands for some.
    Name(String),
}

/// An address, taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) encrypted: bool,
    pub(crate) peer: Peer,
    pub(crate) port: u16,
    /// The host as it is shown to the peer and counted under.
    pub(crate) host: String,
    /// For `Host`.
    pub(crate) authority: HeaderValue,
    /// Path and query.
    pub(crate) path: Uri,
}

impl Target {
    /// Takes an address apart.
    ///
    /// # Errors
    /// Why nobody is asked, for the log.
    // The parser is that of browsers: `http://2130706433`, `http://0x7f.1` and `http://127.1` are 127.0.0.1 to it, so that the
    // address that is judged is the one that is meant.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > MOST_BYTES {
            return Err("the address is too long");
        }
        let url = Url::parse(text).map_err(|_| "it is no address")?;
        let encrypted = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err("it is neither http nor https"),
        };
        // What stands before an @ looks like the host to people and is not.
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the address holds credentials");
        }
        let port = url.port_or_known_default().filter(|port| *port != 0).ok_or("the address has no port")?;
        let peer = match url.host().ok_or("the address has no host")? {
            Host::Ipv4(address) => Peer::Address(address.into()),
            Host::Ipv6(address) => Peer::Address(address.into()),
            Host::Domain(name) => Peer::Name(name.to_owned()),
        };
        let host = url.host_str().unwrap_or_default().to_owned();
        let authority = match url.port() {
            None => host.clone(),
            Some(port) => format!("{host}:{port}"),
        };
        let authority = HeaderValue::from_str(&authority).map_err(|_| "the host is not one")?;
        let path = match url.query() {
            None => url.path().to_owned(),
            Some(query) => format!("{}?{query}", url.path()),
        };
        let path = path.parse().map_err(|_| "the path is not one")?;
        Ok(Self { encrypted, peer, port, host, authority, path })
    }

    /// What the peer's certificate must be for.
    pub(crate) fn server_name(&self) -> Option<ServerName<'static>> {
        match &self.peer {
            Peer::Address(address) => Some(ServerName::IpAddress((*address).into())),
            // A name may end in a dot; in a certificate none does.
            Peer::Name(name) => DnsName::try_from(name.trim_end_matches('.').to_owned()).ok().map(ServerName::DnsName),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(text: &str) -> Peer {
        Target::parse(text).unwrap().peer
    }

    #[test]
    fn a27_an_address_is_seen_in_every_spelling() {
        for text in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.1/",
            "http://017700000001/",
            "http://127.1/",
            "http://127.0.0.1./",
            "http://%31%32%37.0.0.1/",
            "http://１２７.0.0.1/",
            "HTTP://127。0。0。1:80/",
        ] {
            assert_eq!(peer(text), Peer::Address([127, 0, 0, 1].into()), "{text}");
        }
        assert_eq!(peer("http://[::ffff:7f00:1]/"), Peer::Address("::ffff:127.0.0.1".parse().unwrap()));
        assert_eq!(peer("https://Example.COM./x"), Peer::Name("example.com.".into()));
    }

    #[test]
    fn a27_what_is_no_plain_web_address_is_nobodys() {
        for text in [
            "file:///etc/passwd",
            "gopher://127.0.0.1:70/",
            "ftp://example.com/",
            "jar:http://example.com!/",
            "data:text/plain,x",
            "javascript:alert(1)",
            "http:",
            "https://",
            "//example.com/x",
            "example.com",
            "https://user@example.com/",
            "https://user:pw@example.com/",
            "https://example.com:0/",
            "https://example.com:99999/",
            "https://exa mple.com/",
            "https://[::1/",
            "https://[fe80::1%25eth0]/",
            "",
        ] {
            assert!(Target::parse(text).is_err(), "{text}");
        }
        assert!(Target::parse(&format!("https://example.com/{}", "a".repeat(MOST_BYTES))).is_err());
    }

    #[test]
    fn what_goes_on_the_wire_holds_no_fragment_and_no_line_end() {
        let target = Target::parse("https://example.com:8443/a b/\r\nx?q=\u{e9}#fragment").unwrap();
        assert_eq!(target.path.to_string(), "/a%20b/x?q=%C3%A9");
        assert_eq!((target.authority.to_str().unwrap(), target.port), ("example.com:8443", 8443));
        let plain = Target::parse("https://example.com").unwrap();
        assert_eq!((plain.path.to_string().as_str(), plain.authority.to_str().unwrap()), ("/", "example.com"));
        assert_eq!((plain.port, plain.encrypted), (443, true));
    }

    #[test]
    fn a_certificate_is_for_the_host_that_was_asked() {
        let name = |text: &str| Target::parse(text).unwrap().server_name().map(|name| name.to_str().into_owned());
        assert_eq!(name("https://Example.com./"), Some("example.com".into()));
        assert_eq!(name("https://[2606:4700::1111]/"), Some("2606:4700::1111".into()));
    }
}
