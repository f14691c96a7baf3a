//! Answers without what changes from run to run, in the form in which they were recorded.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fancy_regex::Regex;
use serde_json::{Map, Value, json};

use super::html::Page;
use crate::harness::{Answer, PUBLIC_URL};

/// Headers that are compared.
const HEADERS: [&str; 26] = [
    "content-type",
    "location",
    "cache-control",
    "pragma",
    "expires",
    "www-authenticate",
    "allow",
    "content-security-policy",
    "content-security-policy-report-only",
    "x-frame-options",
    "x-content-type-options",
    "referrer-policy",
    "strict-transport-security",
    "x-robots-tag",
    "x-xss-protection",
    "content-disposition",
    "retry-after",
    "vary",
    "dpop-nonce",
    "p3p",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-allow-credentials",
    "access-control-expose-headers",
    "access-control-max-age",
];
const SECRETS: [&str; 4] = ["secret", "client_secret", "device_code", "user_code"];
const SESSIONS: [&str; 6] = ["session_state", "sid", "sessionId", "session_code", "code_id", "session"];
const KEYS: [&str; 11] = ["kid", "n", "x", "y", "x5c", "x5t", "x5t#S256", "public_key", "at_hash", "c_hash", "s_hash"];
const TIMES: [&str; 7] = ["iat", "exp", "nbf", "auth_time", "time", "createdTimestamp", "updated_at"];
/// Parameters that stand for themselves.
const VOLATILE: [&str; 9] =
    ["code", "session_state", "session_code", "tab_id", "client_data", "execution", "key", "request_uri", "hash"];
/// Lists of objects are sorted by the first of these.
const NAMES: [&str; 9] = ["clientId", "alias", "name", "username", "authenticator", "kid", "type", "id", "op"];

/// The reader.
pub struct Normal {
    uuid: Regex,
    time: Regex,
    der: Regex,
    secret: Regex,
}

impl Normal {
    pub fn new() -> Self {
        let compile = |pattern: &str| Regex::new(pattern).expect("a pattern");
        Self {
            uuid: compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"),
            time: compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?"),
            der: compile("MII[A-Za-z0-9+/]{100,}={0,2}"),
            secret: compile("(?<![A-Za-z0-9])[A-Za-z0-9]{86}(?![A-Za-z0-9])"),
        }
    }

    pub fn text(&self, text: &str) -> String {
        let escaped: String = form_urlencoded::byte_serialize(PUBLIC_URL.as_bytes()).collect();
        let (_, authority) = PUBLIC_URL.split_once("://").expect("a URL");
        let text = text.replace(PUBLIC_URL, "<base>").replace(&escaped, "<base>").replace(authority, "<authority>");
        let text = self.uuid.replace_all(&text, "<uuid>");
        let text = self.der.replace_all(&text, "<base64 DER>");
        let text = self.secret.replace_all(&text, "<secret>");
        self.time.replace_all(&text, "<time>").into_owned()
    }

    pub fn url(&self, url: &str) -> String {
        let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let parameters = |text: &str| {
            let pairs = form_urlencoded::parse(text.as_bytes()).map(|(name, value)| {
                let value = if VOLATILE.contains(&&*name) {
                    format!("<{name}>")
                } else if jwt(&value).is_some() {
                    "<jwt>".to_owned()
                } else {
                    self.text(&value)
                };
                format!("{name}={value}")
            });
            pairs.collect::<Vec<_>>().join("&")
        };
        let mut out = self.text(path);
        for (sign, text) in [('?', query), ('#', fragment)] {
            if !text.is_empty() {
                out.push(sign);
                out.push_str(&parameters(text));
            }
        }
        out
    }

    /// The whole answer, with its body made smaller if the case looks at a part of it alone.
    pub fn answer(&self, answer: &Answer, shape: Option<fn(&Value) -> Value>) -> Value {
        let mut out = json!({"status": answer.status.as_u16(), "headers": self.headers(answer)});
        let parsed: Option<Value> = serde_json::from_slice(&answer.body).ok();
        let body = match (shape, parsed) {
            (Some(shape), Some(parsed)) => Some(self.body("", &shape(&parsed), true)),
            (_, parsed) => self.payload(answer, parsed),
        };
        if let Some(body) = body {
            out["body"] = body;
        }
        out
    }

    fn payload(&self, answer: &Answer, parsed: Option<Value>) -> Option<Value> {
        let (kind, text) = (answer.header("content-type"), answer.text());
        if answer.body.is_empty() {
            return None;
        }
        Some(match parsed {
            _ if kind.contains("html") => self.page(&text),
            _ if kind.contains("jwt") && jwt(text.trim()).is_some() => self.token(text.trim()),
            Some(parsed) => self.body("", &parsed, false),
            None => json!({"<text>": self.text(&text)}),
        })
    }

    fn page(&self, html: &str) -> Value {
        let page = Page::read(html);
        let forms: Vec<Value> = page
            .forms
            .iter()
            .map(|form| {
                let mut names: Vec<&str> = form.inputs.iter().map(|input| &*input.name).collect();
                names.sort_unstable();
                names.dedup();
                json!({"action": self.url(&form.action), "method": form.method, "inputs": names})
            })
            .collect();
        json!({"<html>": {"title": page.title, "forms": forms, "text": self.text(&page.words)}})
    }

    fn headers(&self, answer: &Answer) -> Value {
        let mut out = Map::new();
        for name in HEADERS {
            let values: Vec<&str> =
                answer.headers.get_all(name).iter().map(|value| value.to_str().expect("plain characters")).collect();
            if values.is_empty() {
                continue;
            }
            let mut joined = values.join(", ");
            if name == "allow" || name.starts_with("access-control-allow-") {
                let mut parts: Vec<&str> = joined.split(',').map(str::trim).collect();
                parts.sort_unstable();
                joined = parts.join(", ");
            }
            let value = if name == "location" { self.url(&joined) } else { self.text(&joined) };
            out.insert(name.to_owned(), Value::from(value));
        }
        let mut cookies: Vec<Value> = answer
            .headers
            .get_all("set-cookie")
            .iter()
            .map(|line| self.cookie(line.to_str().expect("plain characters")))
            .collect();
        cookies.sort_by_key(|cookie| cookie["name"].to_string());
        if !cookies.is_empty() {
            out.insert("set-cookie".to_owned(), Value::from(cookies));
        }
        Value::Object(out)
    }

    fn cookie(&self, line: &str) -> Value {
        let mut parts = line.split(';').map(str::trim);
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a cookie");
        let mut attributes: Vec<String> =
            parts.filter(|part| !part.to_lowercase().starts_with("expires")).map(|part| self.text(part)).collect();
        attributes.sort_unstable();
        let value = if value.trim_matches('"').is_empty() { "<empty>" } else { "<set>" };
        json!({"name": name, "value": value, "attributes": attributes})
    }

    fn token(&self, text: &str) -> Value {
        let (header, claims) = jwt(text).expect("a token");
        json!({"<jwt>": {"header": self.body("", &header, true), "claims": self.body("", &claims, false)}})
    }

    /// A JSON value below the member `key`; in its own order, or sorted.
    pub fn body(&self, key: &str, value: &Value, keep_order: bool) -> Value {
        match value {
            Value::Object(members) => {
                let mut out = Map::new();
                for (name, member) in members {
                    let normal = match member {
                        Value::Array(_) if KEYS.contains(&&**name) => json!([format!("<{name}>")]),
                        Value::Object(_) | Value::Array(_) => self.body(name, member, keep_order),
                        _ => self.scalar(name, member, members),
                    };
                    out.insert(self.text(name), normal);
                }
                Value::Object(out)
            }
            Value::Array(items) => {
                let mut items: Vec<Value> = items.iter().map(|item| self.body(key, item, keep_order)).collect();
                if !keep_order {
                    items.sort_by_cached_key(sort_key);
                }
                Value::Array(items)
            }
            scalar => self.scalar(key, scalar, &Map::new()),
        }
    }

    fn scalar(&self, key: &str, value: &Value, siblings: &Map<String, Value>) -> Value {
        match value {
            Value::String(text) if text.starts_with("eyJ") && jwt(text).is_some() => self.token(text),
            Value::String(text) => Value::from(self.word(key, text)),
            Value::Number(number) => {
                number.as_i64().map_or_else(|| value.clone(), |number| time(key, number, siblings))
            }
            other => other.clone(),
        }
    }

    fn word(&self, key: &str, text: &str) -> String {
        if SESSIONS.contains(&key) || KEYS.contains(&key) {
            format!("<{key}>")
        } else if SECRETS.contains(&key) && !text.is_empty() && text != "**********" {
            "<secret>".to_owned()
        } else if key == "scope" {
            // A set of words.
            let mut words: Vec<&str> = text.split(' ').collect();
            words.sort_unstable();
            words.join(" ")
        } else if text.starts_with("http") && text.contains('?') {
            self.url(text)
        } else {
            self.text(text)
        }
    }
}

fn time(key: &str, value: i64, siblings: &Map<String, Value>) -> Value {
    let issued = siblings.get("iat").and_then(Value::as_i64);
    let shown = |text: String| Value::from(text);
    match (key, issued) {
        ("exp" | "nbf", Some(issued)) if value > 1_000_000_000 => shown(format!("<iat+{}>", rounded(value - issued))),
        ("expires_in" | "refresh_expires_in", _) => Value::from(rounded(value)),
        _ if TIMES.contains(&key) && value > 100_000_000 => shown("<time>".to_owned()),
        _ if (1_500_000_000..2_500_000_000).contains(&value) => shown("<time>".to_owned()),
        _ => Value::from(value),
    }
}

/// Lifetimes lose a second or two in flight.
fn rounded(seconds: i64) -> i64 {
    let nearest = (seconds + 30).div_euclid(60) * 60;
    if nearest != 0 && (seconds - nearest).abs() <= 10 { nearest } else { seconds }
}

fn sort_key(item: &Value) -> Vec<String> {
    match item {
        Value::Object(members) => NAMES
            .iter()
            .map(|name| members.get(*name).map_or_else(String::new, plain))
            .chain([item.to_string()])
            .collect(),
        other => vec![plain(other)],
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Header and claims of a compact JWT.
pub fn jwt(text: &str) -> Option<(Value, Value)> {
    let mut parts = text.split('.');
    let mut part = || serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok();
    let pair = (part()?, part()?);
    let signature = parts.next()?;
    (parts.next().is_none() && signature.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)))
        .then_some(pair)
}
