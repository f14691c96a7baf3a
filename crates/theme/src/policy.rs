//! The headers that keep a page from being framed, from loading or sending elsewhere, and from being kept.

use std::collections::{BTreeMap, BTreeSet};

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// Places outside this server that one page needs, beyond what every page may use.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Addresses of images.
    pub images: Vec<String>,
    /// Addresses of frames.
    pub frames: Vec<String>,
    /// Addresses that a form of the page is sent to, or that its answer redirects to: browsers check the whole chain.
    pub forms: Vec<String>,
}

/// Puts a page's headers down. `settings` are the realm's `browserSecurityHeaders`.
pub(crate) fn put(headers: &mut HeaderMap, settings: Option<&BTreeMap<String, String>>, sources: &[&Sources]) {
    let setting = |name: &str| settings.and_then(|all| all.get(name)).map(String::as_str);
    // RFC 9700 §4.16: a page that asks for a password must not be framed by strangers. A realm may name who may.
    let ancestors = frame_ancestors(setting("contentSecurityPolicy"));
    let policy = content_policy(&ancestors, sources);
    let frame_options = if ancestors == "'none'" { "DENY" } else { "SAMEORIGIN" };
    let fixed = [
        (header::CONTENT_TYPE, "text/html;charset=utf-8"),
        (header::CACHE_CONTROL, "no-store, must-revalidate, max-age=0"),
        (header::CONTENT_SECURITY_POLICY, policy.as_str()),
        (header::X_FRAME_OPTIONS, frame_options),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    // RFC 9700 §4.2: what a page's address holds must not leave by `Referer`. A realm's own words are taken where they
    // are a header value at all.
    let settable = [
        (header::REFERRER_POLICY, setting("referrerPolicy"), "no-referrer"),
        (header::STRICT_TRANSPORT_SECURITY, setting("strictTransportSecurity"), "max-age=31536000; includeSubDomains"),
        (HeaderName::from_static("x-robots-tag"), setting("xRobotsTag"), "none"),
    ];
    for (name, value) in fixed {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    for (name, said, default) in settable {
        let said = said.filter(|said| !said.trim().is_empty()).and_then(|said| HeaderValue::from_str(said).ok());
        headers.insert(name, said.unwrap_or(HeaderValue::from_static(default)));
    }
}

fn content_policy(ancestors: &str, sources: &[&Sources]) -> String {
    let join = |fixed: &str, addresses: fn(&Sources) -> &Vec<String>| {
        let places: BTreeSet<String> =
            sources.iter().flat_map(|sources| addresses(sources)).filter_map(|address| place(address)).collect();
        places.iter().fold(fixed.to_owned(), |mut list, place| {
            if !list.is_empty() {
                list.push(' ');
            }
            list.push_str(place);
            list
        })
    };
    let frames = match join("", |sources| &sources.frames) {
        none if none.is_empty() => "'none'".to_owned(),
        some => some,
    };
    format!(
        "default-src 'none'; style-src 'self'; img-src {}; font-src 'self'; script-src 'self'; frame-src {frames}; \
         form-action {}; base-uri 'none'; frame-ancestors {ancestors}",
        join("'self' data:", |sources| &sources.images),
        join("'self'", |sources| &sources.forms),
    )
}

/// The place that a policy names for an address: its origin, or its scheme where it has no origin (a native app's
/// redirect address). `None` for what must not be loaded or sent to.
fn place(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once(':')?;
    let named = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'+' | b'-' | b'.');
    if !scheme.starts_with(|first: char| first.is_ascii_alphabetic()) || !scheme.bytes().all(named) {
        return None;
    }
    let scheme = scheme.to_ascii_lowercase();
    if matches!(scheme.as_str(), "javascript" | "data" | "vbscript" | "file" | "blob" | "about" | "filesystem") {
        return None;
    }
    if !matches!(scheme.as_str(), "http" | "https") {
        return Some(format!("{scheme}:"));
    }
    let authority = rest.strip_prefix("//")?.split(['/', '?', '#', '\\']).next()?;
    if authority.starts_with('[') {
        // A policy cannot name an IPv6 address (CSP 3 §2.3.1).
        return Some(format!("{scheme}:"));
    }
    let host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':');
    (!authority.is_empty() && authority.bytes().all(host)).then(|| format!("{scheme}://{authority}"))
}

/// Who may frame a page, out of a realm's own policy.
fn frame_ancestors(policy: Option<&str>) -> String {
    let directive = policy.unwrap_or_default().split(';').map(str::trim).find_map(|directive| {
        let (name, list) = directive.split_once(|letter: char| letter.is_ascii_whitespace())?;
        name.eq_ignore_ascii_case("frame-ancestors").then_some(list)
    });
    let allowed = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b',' | b'"' | b'<' | b'>');
    let list: Vec<&str> =
        directive.unwrap_or_default().split_ascii_whitespace().filter(|item| item.bytes().all(allowed)).collect();
    if list.is_empty() { "'none'".to_owned() } else { list.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(settings: &[(&str, &str)], sources: &Sources) -> HeaderMap {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut headers = HeaderMap::new();
        put(&mut headers, Some(&settings), &[sources]);
        headers
    }

    #[test]
    fn a54_nobody_frames_a_page_unless_the_realm_says_so() {
        let bare = headers(&[], &Sources::default());
        assert_eq!(
            bare["content-security-policy"],
            "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'self'; \
             frame-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        assert_eq!(bare["x-frame-options"], "DENY");
        assert_eq!(bare["x-content-type-options"], "nosniff");
        assert_eq!(bare["referrer-policy"], "no-referrer");
        assert_eq!(bare["cache-control"], "no-store, must-revalidate, max-age=0");
        assert_eq!(bare["strict-transport-security"], "max-age=31536000; includeSubDomains");

        let keycloak = [("contentSecurityPolicy", "frame-src 'self'; frame-ancestors 'self'; object-src 'none';")];
        let framed = headers(&keycloak, &Sources::default());
        assert!(framed["content-security-policy"].to_str().unwrap().ends_with("frame-ancestors 'self'"));
        assert_eq!(framed["x-frame-options"], "SAMEORIGIN");
    }

    #[test]
    fn a_realm_cannot_break_out_of_a_header() {
        let said = [
            ("referrerPolicy", "origin\r\nset-cookie: a=b"),
            ("xRobotsTag", "index"),
            ("strictTransportSecurity", " "),
        ];
        let headers = headers(&said, &Sources::default());
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["x-robots-tag"], "index");
        assert_eq!(headers["strict-transport-security"], "max-age=31536000; includeSubDomains");
        assert!(!headers.contains_key("set-cookie"));
    }

    #[test]
    fn a10_only_origins_come_into_a_policy() {
        let sources = Sources {
            forms: ["https://app.example:8443/cb?x=1#y", "com.example.app:/cb", "http://[::1]:9/cb"]
                .map(str::to_owned)
                .into(),
            images: ["https://cdn.example/logo.png", "javascript:alert(1)", "data:image/png,x"]
                .map(str::to_owned)
                .into(),
            frames: [
                "https://a.example; script-src *",
                "https://b@evil.example/",
                "https:/\\evil",
                "https://b.example/x;y",
            ]
            .map(str::to_owned)
            .into(),
        };
        let headers = headers(&[], &sources);
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("form-action 'self' com.example.app: http: https://app.example:8443;"), "{policy}");
        assert!(policy.contains("img-src 'self' data: https://cdn.example;"), "{policy}");
        assert!(policy.contains("frame-src https://b.example;"), "{policy}");
        assert_eq!(policy.matches("script-src").count(), 1, "{policy}");
    }
}
