//! Where a browser may be sent: the addresses that a client has registered, and what matches them.

use std::borrow::Cow;

use identity::{Client, Realm};
use protocol::{Issuer, Portreeve};

/// Longer addresses are not looked at; browsers and proxies take no longer ones either.
const MAX_BYTES: usize = 8 * 1024;

/// Schemes that run or read something in the browser instead of going to an application (A07).
const UNSAFE_SCHEMES: &[&str] =
    &["javascript", "data", "vbscript", "file", "blob", "about", "filesystem", "view-source"];

/// What relative addresses of a client start from.
#[derive(Debug, Clone)]
pub(crate) struct Base<'a> {
    root_url: Option<Cow<'a, str>>,
    server: String,
}

impl<'a> Base<'a> {
    /// The base of a client's relative addresses: its `rootUrl`, or this server. Keycloak's placeholders for the server's own
    /// addresses are understood.
    pub(crate) fn of(portreeve: &Portreeve, realm: &Realm, client: &'a Client) -> Self {
        let issuer = Issuer::of(portreeve, realm);
        let server = issuer.as_str().rsplit_once("/realms/").map_or(issuer.as_str(), |(server, _)| server).to_owned();
        Self::new(client.root_url.as_deref(), server)
    }

    fn new(root_url: Option<&'a str>, server: String) -> Self {
        let root_url = root_url.map(|url| {
            ["${authBaseUrl}", "${authAdminUrl}"]
                .iter()
                .find_map(|name| url.strip_prefix(name))
                .map_or(Cow::Borrowed(url), |rest| Cow::Owned(format!("{server}{rest}")))
        });
        Self { root_url, server }
    }

    /// The registered address in full.
    pub(crate) fn resolve<'u>(&self, registered: &'u str) -> Cow<'u, str> {
        if !registered.starts_with('/') {
            return Cow::Borrowed(registered);
        }
        // Keycloak: without a root URL an address is relative to the server's origin, not to a path below it.
        let root = self.root_url.as_deref().unwrap_or_else(|| origin(&self.server));
        Cow::Owned(format!("{}{registered}", root.trim_end_matches('/')))
    }
}

fn origin(url: &str) -> &str {
    let Some(start) = url.find("://").map(|at| at + 3) else { return url };
    let length = url.get(start..).and_then(|rest| rest.find('/'));
    length.and_then(|length| url.get(..start + length)).unwrap_or(url)
}

/// An address that one of the client's registrations allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AllowedUri(String);

impl AllowedUri {
    /// As the client wrote it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The address, if it may be gone to.
// RFC 9700 §2.1: the strings are compared as they are; only the port of a loopback address may differ (RFC 8252 §7.3). Where
// a registration ends in `*`, the path may go on behind it, and nothing else (RFC 6749 §3.1.2.3 leaves the comparison of
// partly registered addresses to the server).
pub(crate) fn allowed(base: &Base<'_>, registered: &[String], uri: &str) -> Option<AllowedUri> {
    if !is_plain(uri) {
        return None;
    }
    let matches = registered.iter().any(|one| {
        let one = base.resolve(one);
        one == uri || matches_loopback(&one, uri) || matches_below(&one, uri)
    });
    matches.then(|| AllowedUri(uri.to_owned()))
}

/// The only address of a client that has but one, without a wildcard: what an OAuth request may leave out (RFC 6749 §3.1.2.3).
pub(crate) fn only(base: &Base<'_>, registered: &[String]) -> Option<AllowedUri> {
    match registered {
        [one] if !one.ends_with('*') => {
            let uri = base.resolve(one).into_owned();
            is_plain(&uri).then_some(AllowedUri(uri))
        }
        _ => None,
    }
}

/// Whether an address is absolute and says one thing to every reader: no fragment (RFC 6749 §3.1.2), nothing that must not
/// stand in a header or that browsers read as something else (A03, A10), no name and password before the host (A02), no
/// scheme that runs something.
fn is_plain(uri: &str) -> bool {
    let printable = |byte: u8| {
        byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'#' | b'"' | b'<' | b'>' | b'`' | b'{' | b'}' | b'|' | b'^')
    };
    if uri.len() > MAX_BYTES || !uri.bytes().all(printable) {
        return false;
    }
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    let named = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    if !named || UNSAFE_SCHEMES.iter().any(|bad| scheme.eq_ignore_ascii_case(bad)) {
        return false;
    }
    if !is_web(scheme) {
        return !rest.is_empty();
    }
    let Some(rest) = rest.strip_prefix("//") else { return false };
    let (authority, _) = split_path(rest);
    !authority.is_empty() && !authority.contains(['@', '%'])
}

fn is_web(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// Authority and the rest.
fn split_path(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()))
}

/// RFC 8252 §7.3: a native application listens on whatever port it gets. Only where the registration names none.
fn matches_loopback(registered: &str, uri: &str) -> bool {
    ["http://127.0.0.1", "http://localhost", "http://[::1]"].iter().any(|host| {
        let (Some(registered), Some(rest)) = (registered.strip_prefix(host), uri.strip_prefix(host)) else {
            return false;
        };
        let Some(rest) = rest.strip_prefix(':') else { return false };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (port, rest) = rest.split_at(digits);
        // What follows the port is a path, a query or nothing: no `:80.evil.example`.
        let ended = rest.is_empty() || rest.starts_with(['/', '?']);
        let named = registered.is_empty() || registered.starts_with(['/', '?']);
        let port_is_one = port.parse::<u16>().is_ok_and(|port| port != 0);
        named && ended && port_is_one && (registered == rest || path_is_below(registered, rest))
    })
}

/// Whether a registration that ends in `*` lets the address through.
fn matches_below(registered: &str, uri: &str) -> bool {
    let Some(prefix) = registered.strip_suffix('*') else { return false };
    let Some((scheme, rest)) = prefix.split_once(':') else { return false };
    // A05: a wildcard never stands for a host or a part of one. A scheme of its own belongs to one application as a whole.
    if is_web(scheme) {
        let complete = rest.strip_prefix("//").is_some_and(|rest| {
            let (authority, path) = split_path(rest);
            !authority.is_empty() && path.starts_with('/')
        });
        if !complete {
            return false;
        }
    }
    path_is_below(registered, uri)
}

/// Whether a path (or a whole address, whose host stands before the wildcard) is below one that ends in `*`.
fn path_is_below(registered: &str, path: &str) -> bool {
    let Some(prefix) = registered.strip_suffix('*') else { return false };
    // As in Keycloak a registration with a query is taken literally, and the query behind a matched path is the
    // application's own.
    if prefix.contains(['?', '*']) || prefix.is_empty() {
        return false;
    }
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let below = path.strip_prefix(prefix);
    // `https://app.example/*` is `https://app.example` too.
    let itself = prefix.strip_suffix('/') == Some(path);
    itself || below.is_some_and(|rest| goes_on(prefix, rest))
}

/// Whether the rest of a path goes on where the registered part ends, and stays there.
fn goes_on(prefix: &str, rest: &str) -> bool {
    // `app:*` is all of an application's own scheme, with an authority or without.
    let rest = if prefix.ends_with(':') { rest.strip_prefix("//").unwrap_or(rest) } else { rest };
    let doubled = prefix.ends_with('/') && rest.starts_with('/');
    !doubled && stays_below(rest)
}

/// A04: whether the rest of a path stays where it is, however often and by whatever rules somebody on the way decodes it.
// CVE-2022-3782, CVE-2026-3872: dot segments behind encodings, or behind a path parameter (`..;`), led out of the wildcard.
fn stays_below(rest: &str) -> bool {
    let lower = rest.to_ascii_lowercase();
    let hides = ["%2e", "%2f", "%5c", "%25", "%00", "%3b", "%0"].iter().any(|code| lower.contains(code));
    let climbs = lower.split('/').any(|segment| {
        let name = segment.split(';').next().unwrap_or_default();
        matches!(name, "." | "..")
    });
    !hides && !climbs && !lower.contains("//")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn base() -> Base<'static> {
        Base::new(None, "https://id.example/auth".to_owned())
    }

    fn allows(registered: &[&str], uri: &str) -> bool {
        let registered: Vec<String> = registered.iter().map(|uri| (*uri).to_owned()).collect();
        let found = allowed(&base(), &registered, uri);
        assert!(found.as_ref().is_none_or(|found| found.as_str() == uri));
        found.is_some()
    }

    #[test]
    fn a01_the_string_must_be_the_same() {
        let registered = ["https://a.example/cb"];
        assert!(allows(&registered, "https://a.example/cb"));
        for uri in [
            "https://a.example/cb/",
            "https://a.example/CB",
            "https://a.example/cb?x=1",
            "https://a.example/cb#f",
            "https://a.example:443/cb",
            "https://a.example/%63b",
            "https://a.example/cb ",
            "https://a.example/cb\t",
            "https://a.example/cb\n",
            "HTTPS://a.example/cb",
            "http://a.example/cb",
            "/cb",
            "",
        ] {
            assert!(!allows(&registered, uri), "{uri:?}");
        }
    }

    #[test]
    fn a02_a03_a05_nothing_leads_to_another_host() {
        for registered in
            [&["https://a.example/cb"][..], &["https://a.example/*"], &["https://a.example*"], &["https://*"]]
        {
            for uri in [
                "https://a.example@evil.example/cb",
                "https://evil@a.example/cb",
                "https://a.example%40evil.example",
                "https://a.example\\@evil.example",
                "https:/\\evil",
                "//evil",
                "https:///evil",
                "https://a.example\\.evil.example",
                "https://a.example.evil/",
                "https://a.example.evil/*",
                "https://a.example:80@evil/",
                "https://evil.example/",
            ] {
                assert!(!allows(registered, uri), "{registered:?} {uri}");
            }
        }
        // A wildcard alone would be an open redirector.
        assert!(!allows(&["*"], "https://evil.example/"));
    }

    #[test]
    fn a04_a_wildcard_is_not_left_by_dots() {
        let registered = ["https://a.example/app/*"];
        for uri in [
            "https://a.example/app/",
            "https://a.example/app",
            "https://a.example/app/x/y?q=../z",
            "https://a.example/app/x.y/.z",
        ] {
            assert!(allows(&registered, uri), "{uri}");
        }
        for uri in [
            "https://a.example/app/../x",
            "https://a.example/app/..",
            "https://a.example/app/%2e%2e/x",
            "https://a.example/app/.%2E/x",
            "https://a.example/app/..;/x",
            "https://a.example/app/..;a=b/x",
            "https://a.example/app/%252e%252e/x",
            "https://a.example/app/%252fx",
            "https://a.example/app/a%2f..%2f..",
            "https://a.example/app/x%5c..%5cy",
            "https://a.example/app/x#y",
            "https://a.example/app//evil.example",
            "https://a.example/application",
            "https://a.example/ap",
        ] {
            assert!(!allows(&registered, uri), "{uri}");
        }
        // A query is taken literally, a wildcard in it stands for nothing.
        assert!(!allows(&["https://a.example/cb?x=*"], "https://a.example/cb?x=1"));
    }

    #[test]
    fn a06_only_the_port_of_a_literal_loopback_address_may_differ() {
        let registered = ["http://127.0.0.1/cb", "http://localhost:9/cb", "http://[::1]/x/*"];
        for uri in ["http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", "http://localhost:9/cb", "http://[::1]:7/x/y"] {
            assert!(allows(&registered, uri), "{uri}");
        }
        for uri in [
            "http://127.0.0.1.evil/cb",
            "http://127.1/cb",
            "http://127.0.0.1:1/cb/x",
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:80.evil/cb",
            "http://127.0.0.1:80@evil/cb",
            "http://0177.0.0.1/cb",
            "http://[::1]:7/cb",
            "http://[::1]:7/x/../y",
            "http://localhost:10/cb",
            "https://127.0.0.1:51004/cb",
        ] {
            assert!(!allows(&registered, uri), "{uri}");
        }
    }

    #[test]
    fn a07_a12_schemes_that_run_something_are_refused_and_an_applications_own_is_taken() {
        for uri in
            ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"]
        {
            assert!(!allows(&[uri, "*", "javascript:*"], uri), "{uri}");
        }
        assert!(allows(&["com.example.app:/cb"], "com.example.app:/cb"));
        assert!(allows(&["com.example.app:*"], "com.example.app://cb/x"));
        assert!(!allows(&["com.example.app:/cb"], "com.example.evil:/cb"));
    }

    #[test]
    fn relative_registrations_start_from_the_root_url_or_this_server() {
        let registered = ["/realms/a/account/*".to_owned()];
        assert!(allowed(&base(), &registered, "https://id.example/realms/a/account/x").is_some());
        assert!(allowed(&base(), &registered, "https://evil.example/realms/a/account/x").is_none());
        let app = Base::new(Some("https://app.example/"), "https://id.example".to_owned());
        assert!(allowed(&app, &["/cb".to_owned()], "https://app.example/cb").is_some());
        let own = Base::new(Some("${authBaseUrl}"), "https://id.example".to_owned());
        assert!(allowed(&own, &["/admin/a/console/*".to_owned()], "https://id.example/admin/a/console/").is_some());
    }

    #[test]
    fn a08_one_plain_registration_is_the_only_address() {
        let one = |registered: &[&str]| {
            let registered: Vec<String> = registered.iter().map(|uri| (*uri).to_owned()).collect();
            only(&base(), &registered).map(|uri| uri.0)
        };
        assert_eq!(one(&["https://a.example/cb"]).as_deref(), Some("https://a.example/cb"));
        assert_eq!(one(&["/cb"]).as_deref(), Some("https://id.example/cb"));
        for none in
            [&[][..], &["https://a.example/*"], &["https://a.example/1", "https://a.example/2"], &["javascript:x"]]
        {
            assert_eq!(one(none), None, "{none:?}");
        }
    }

    proptest! {
        #[test]
        fn a10_whatever_is_allowed_is_below_the_registered_origin(rest in "[ -~\u{0}-\u{1f}é．]{0,40}") {
            let registered = ["https://a.example/app/*".to_owned(), "http://127.0.0.1/*".to_owned()];
            for start in ["", "https://a.example", "https://a.example/app/", "http://127.0.0.1:8", "http://127.0.0.1"] {
                let uri = format!("{start}{rest}");
                if allowed(&base(), &registered, &uri).is_some() {
                    prop_assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()));
                    let authority = split_path(uri.split_once("://").unwrap().1).0;
                    let loopback = authority == "127.0.0.1" || authority.strip_prefix("127.0.0.1:").is_some_and(|port| port.parse::<u16>().is_ok());
                    prop_assert!(authority == "a.example" || loopback, "{}", uri);
                    prop_assert!(!uri.split('?').next().unwrap().contains(".."));
                }
            }
        }
    }
}
