//! Cookies of a realm: read from a request, written with Keycloak's path and flags.

use std::fmt::Write as _;

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

use crate::Issuer;

/// Longest value that is looked at. Nothing here writes a longer one.
const MAX_VALUE: usize = 4096;
/// Most cookies of one request that are looked at (A56).
const MAX_COOKIES: usize = 200;

/// How long a browser keeps a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// Until it is closed.
    Browser,
    /// So many seconds.
    Seconds(i64),
}

/// Whether a page's scripts may read a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readable {
    /// By the server alone.
    Server,
    /// By scripts too: Keycloak's session-management frame compares its hash.
    Scripts,
}

/// A cookie to be set.
#[derive(Debug, Clone, Copy)]
pub struct Cookie<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value: characters that need no quoting.
    pub value: &'a str,
    /// How long it lives.
    pub lifetime: Lifetime,
    /// Who may read it.
    pub readable: Readable,
}

impl Cookie<'_> {
    /// Adds `Set-Cookie` to an answer. A value that may not stand in a header is not written.
    pub fn set(&self, headers: &mut HeaderMap, path: &str, secure: bool) {
        let mut text = format!("{}={};Version=1;Path={path}", self.name, self.value);
        if let Lifetime::Seconds(seconds) = self.lifetime {
            let _ = write!(text, ";Max-Age={seconds}");
        }
        // A page of an application may be posted from elsewhere (form_post, SAML) and its hidden frame asks for the
        // session: over TLS the cookie goes along. Browsers take `None` with `Secure` only.
        text.push_str(if secure { ";Secure" } else { "" });
        if self.readable == Readable::Server {
            text.push_str(";HttpOnly");
        }
        text.push_str(if secure { ";SameSite=None" } else { ";SameSite=Lax" });
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.append(SET_COOKIE, value);
        }
    }

    /// Makes the browser forget a cookie.
    pub fn forget(name: &str, headers: &mut HeaderMap, path: &str, secure: bool) {
        let gone = Cookie { name, value: "", lifetime: Lifetime::Seconds(0), readable: Readable::Server };
        gone.set(headers, path, secure);
    }
}

/// The value of a request's cookie. Of several of one name the first counts: a browser sends the one of the longest path
/// first, and a realm's path is longer than any that a neighbour could plant above it (RFC 6265 §5.4).
pub fn cookie_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .take(MAX_COOKIES)
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(own, _)| *own == name)
        .map(|(_, value)| value.trim_matches('"'))
        .filter(|value| !value.is_empty() && value.len() <= MAX_VALUE)
}

/// Path of a realm's cookies: the path of its issuer and a slash, so that realms do not see each other's.
pub fn cookie_path(issuer: &Issuer) -> String {
    let rest = issuer.as_str().split_once("://").map_or(issuer.as_str(), |(_, rest)| rest);
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("");
    format!("{path}/")
}

/// Whether browsers reach the realm by TLS, as its public address says.
pub fn is_secure(issuer: &Issuer) -> bool {
    issuer.as_str().starts_with("https://")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn request(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, line.parse().unwrap());
        }
        headers
    }

    fn written(cookie: Cookie<'_>, secure: bool) -> String {
        let mut headers = HeaderMap::new();
        cookie.set(&mut headers, "/realms/a/", secure);
        headers.get(SET_COOKIE).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn a56_flags_follow_the_scheme_and_who_may_read() {
        let cookie = Cookie { name: "A", value: "b", lifetime: Lifetime::Seconds(60), readable: Readable::Server };
        assert_eq!(written(cookie, true), "A=b;Version=1;Path=/realms/a/;Max-Age=60;Secure;HttpOnly;SameSite=None");
        let cookie = Cookie { lifetime: Lifetime::Browser, readable: Readable::Scripts, ..cookie };
        assert_eq!(written(cookie, false), "A=b;Version=1;Path=/realms/a/;SameSite=Lax");
    }

    #[test]
    fn a56_the_first_of_a_name_counts_and_garbage_is_nothing() {
        let headers = request(&["x; A=one; B=\"two\"", "A=three;C="]);
        assert_eq!(cookie_of(&headers, "A"), Some("one"));
        assert_eq!(cookie_of(&headers, "B"), Some("two"));
        assert_eq!(cookie_of(&headers, "C"), None);
        assert_eq!(cookie_of(&headers, "x"), None);
        let long = "A=".to_owned() + &"v".repeat(MAX_VALUE + 1);
        assert_eq!(cookie_of(&request(&[&long]), "A"), None);
    }

    #[test]
    fn a_value_that_would_break_the_header_is_not_written() {
        let mut headers = HeaderMap::new();
        let cookie = Cookie { name: "A", value: "b\r\nX: y", lifetime: Lifetime::Browser, readable: Readable::Server };
        cookie.set(&mut headers, "/", false);
        assert!(headers.is_empty());
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(line in "[ -~]{0,200}", name in "[A-Z_]{1,8}") {
            let headers = request(&[&line]);
            if let Some(value) = cookie_of(&headers, &name) {
                prop_assert!(line.contains(value));
            }
        }
    }
}
