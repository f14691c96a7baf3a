//! A browser without a screen: it keeps cookies, follows redirects and fills in the forms that people meet on the way. What it sends and
//! keeps is what a browser would; it runs no scripts.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use serde_json::{Value, json};

use super::page::{Form, Page};
use crate::fixture::{Authority, Server, TLS_NAME};
use crate::http::{self, Request, Response};
use crate::realm::{Person, person};

/// More redirects than this are a loop.
const REDIRECTS: usize = 12;
/// More pages than this in a row are one, too.
const PAGES: usize = 6;

pub(crate) struct Visitor<'s> {
    server: &'s Server,
    tls: Arc<rustls::ClientConfig>,
    jar: Vec<Cookie>,
}

struct Cookie {
    host: String,
    path: String,
    name: String,
    value: String,
    secure: bool,
}

/// Who is at the keyboard, and what they say when they are asked.
pub(crate) struct Manners {
    pub(crate) person: Person,
    pub(crate) consents: bool,
    /// Typed where a device's code is asked for.
    pub(crate) device_code: Option<String>,
}

/// What was said already in this visit.
#[derive(Default)]
struct Tried {
    password: bool,
    code: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Self { person: person("alice"), consents: true, device_code: None }
    }
}

impl<'s> Visitor<'s> {
    pub(crate) fn new(server: &'s Server, authority: &Authority) -> Self {
        Self { server, tls: authority.trusting(), jar: Vec::new() }
    }

    /// Answers what a client program asks for: `browse` an address as somebody, or `forget` all cookies.
    pub(crate) fn answer(&mut self, question: &Value) -> Value {
        match question["ask"].as_str() {
            Some("browse") => {
                let name = question["user"].as_str().unwrap_or("alice");
                let person = match question["password"].as_str() {
                    Some(password) => Person::new(name, password),
                    None => person(name),
                };
                let manners = Manners {
                    person,
                    consents: question["consent"].as_bool().unwrap_or(true),
                    device_code: question["code"].as_str().map(str::to_owned),
                };
                let url = question["url"].as_str().unwrap_or_else(|| panic!("where to? {question}"));
                let page = self.visit(url, &manners);
                json!({"url": page.url, "status": page.status, "title": page.title(), "body": page.body, "fields": page.fields})
            }
            Some("forget") => {
                self.jar.clear();
                json!({})
            }
            _ => panic!("nobody knows how to {question}"),
        }
    }

    /// Opens an address and answers every form on the way that `manners` have an answer for. Ends at the first page that they have none
    /// for, or at an address that is nobody's here: there stands the application.
    #[track_caller]
    pub(crate) fn visit(&mut self, url: &str, manners: &Manners) -> Page {
        let mut page = self.open(url);
        let mut tried = Tried::default();
        for _ in 0..PAGES {
            let Some((form, fields)) = reply(&page, manners, &mut tried) else { break };
            page = self.submit(&page, &form, &fields);
        }
        page
    }

    #[track_caller]
    pub(crate) fn open(&mut self, url: &str) -> Page {
        self.follow("GET", url, None, Vec::new())
    }

    /// Sends a form of `page`, with its own fields and these.
    #[track_caller]
    pub(crate) fn submit(&mut self, page: &Page, form: &Form, fields: &[(&str, &str)]) -> Page {
        let mut pairs: Vec<(&str, &str)> =
            form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        pairs.retain(|(name, _)| fields.iter().all(|(other, _)| name != other));
        pairs.extend(fields);
        let action = resolve(&page.url, &form.action);
        if self.station(&action).is_none() {
            let fields = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            return Page { url: action, fields, ..Page::default() };
        }
        self.follow("POST", &action, Some(&page.url), http::encode_pairs(&pairs).into_bytes())
    }

    #[track_caller]
    fn follow(&mut self, method: &str, url: &str, from: Option<&str>, body: Vec<u8>) -> Page {
        let (mut method, mut url, mut body) = (method, url.to_owned(), body);
        let mut trail = String::new();
        for _ in 0..REDIRECTS {
            let _ = write!(trail, "\n{method} {url}");
            let Some(answer) = self.send(method, &url, from, &body) else {
                return Page { url, ..Page::default() };
            };
            match answer.header("location") {
                Some(to) if matches!(answer.status, 301 | 302 | 303 | 307 | 308) => {
                    url = resolve(&url, to);
                    if answer.status < 307 {
                        (method, body) = ("GET", Vec::new());
                    }
                }
                _ => return Page { url, status: answer.status, body: answer.text(), fields: Vec::new() },
            }
        }
        panic!("redirected round and round:{trail}");
    }

    /// Where a URL's host is on this machine, and whether it speaks TLS; nothing for a host that is not there.
    fn station(&self, url: &str) -> Option<(SocketAddr, bool)> {
        let (scheme, host, port) = authority_of(url)?;
        match (scheme, host) {
            ("http", "localhost" | "127.0.0.1") => Some((SocketAddr::from((Ipv4Addr::LOCALHOST, port)), false)),
            ("https", TLS_NAME) => Some((self.server.address(), true)),
            _ => None,
        }
    }

    /// Nothing if nobody is there.
    fn send(&mut self, method: &str, url: &str, from: Option<&str>, body: &[u8]) -> Option<Response> {
        let (address, secure) = self.station(url)?;
        let (_, host, port) = authority_of(url)?;
        let target = target_of(url);
        let mut request = Request::new(method, target)
            .with("Host", &format!("{host}:{port}"))
            .with("User-Agent", "Mozilla/5.0 (visitor)")
            .with("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
        let cookies = self.cookies(host, target, secure);
        if !cookies.is_empty() {
            request = request.with("Cookie", &cookies);
        }
        if method == "POST" {
            request = request.with("Content-Type", "application/x-www-form-urlencoded");
            if let Some((scheme, host, port)) = from.and_then(authority_of) {
                request = request.with("Origin", &format!("{scheme}://{host}:{port}"));
            }
        }
        request.body = body.to_vec();
        let answer =
            if secure { http::send_secure(address, host, &self.tls, &request) } else { http::send(address, &request) };
        let answer = answer.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
        for (_, line) in answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            self.keep(host, line);
        }
        Some(answer)
    }

    /// The Cookie header for a request, longest paths first as RFC 6265 §5.4 has it.
    fn cookies(&self, host: &str, target: &str, secure: bool) -> String {
        let path = target.split('?').next().unwrap_or_default();
        let sent = |cookie: &&Cookie| {
            let below = path == cookie.path
                || path.starts_with(&format!("{}/", cookie.path.strip_suffix('/').unwrap_or(&cookie.path)));
            // Browsers take loopback for secure.
            cookie.host == host && below && (!cookie.secure || secure || host != TLS_NAME)
        };
        let mut cookies: Vec<&Cookie> = self.jar.iter().filter(sent).collect();
        cookies.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<String> = cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        pairs.join("; ")
    }

    fn keep(&mut self, host: &str, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { return };
        let mut cookie = Cookie {
            host: host.to_owned(),
            path: "/".to_owned(),
            name: name.to_owned(),
            value: value.to_owned(),
            secure: false,
        };
        let mut over = false;
        for part in parts {
            let (attribute, value) = part.split_once('=').unwrap_or((part, ""));
            match attribute.to_ascii_lowercase().as_str() {
                "path" => value.clone_into(&mut cookie.path),
                "secure" => cookie.secure = true,
                "max-age" => over = value.parse::<i64>().is_ok_and(|seconds| seconds <= 0),
                "expires" => over = over || value.contains("1970"),
                _ => {}
            }
        }
        self.jar.retain(|old| (&old.host, &old.path, &old.name) != (&cookie.host, &cookie.path, &cookie.name));
        if !over {
            self.jar.push(cookie);
        }
    }
}

/// The form of a page that is to be sent next, and what a person types into it.
fn reply<'m>(page: &Page, manners: &'m Manners, tried: &mut Tried) -> Option<(Form, Vec<(&'static str, &'m str)>)> {
    // Whoever was refused does not try the same again.
    let once = |tried: &mut bool| !std::mem::replace(tried, true);
    if let Some(form) = page.form("kc-form-login") {
        let Person { name, password } = &manners.person;
        return once(&mut tried.password).then_some((form, vec![("username", name), ("password", password)]));
    }
    if let Some(form) = page.form("kc-oauth") {
        return Some((form, vec![(if manners.consents { "accept" } else { "cancel" }, "on")]));
    }
    if let Some(form) = page.form("kc-user-verify-device-user-code-form") {
        // An address that holds the code has filled it in.
        let typed = manners.device_code.as_deref().map(|code| ("device_user_code", code));
        return once(&mut tried.code).then_some((form, typed.into_iter().collect()));
    }
    if let Some(form) = page.form("kc-logout-form") {
        return Some((form, vec![("confirmLogout", "on")]));
    }
    page.form("kc-form-post").map(|form| (form, Vec::new()))
}

/// Scheme, host and port.
fn authority_of(url: &str) -> Option<(&str, &str, u16)> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let usual = if scheme == "https" { 443 } else { 80 };
    match authority.rsplit_once(':') {
        Some((host, port)) => Some((scheme, host, port.parse().ok()?)),
        None => Some((scheme, authority, usual)),
    }
}

/// Path and query, as on a request line.
fn target_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let target = rest.find('/').map_or("/", |at| &rest[at..]);
    target.split('#').next().unwrap_or(target)
}

fn resolve(base: &str, to: &str) -> String {
    if to.contains("://") {
        return to.to_owned();
    }
    let (scheme, rest) = base.split_once("://").expect("a page has an absolute address");
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if to.starts_with('/') {
        return format!("{scheme}://{authority}{to}");
    }
    let path = target_of(base).split('?').next().unwrap_or("/");
    if to.starts_with('?') || to.is_empty() {
        return format!("{scheme}://{authority}{path}{to}");
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{scheme}://{authority}{folder}/{to}")
}
