//! `/realms/{realm}/protocol/docker-v2/…`

mod answer;
mod brute_force;
mod credentials;
mod doors;
mod events;
mod identity_tokens;
mod keys;
mod lifecycle;
mod rules;
mod scope;
mod service;
mod users;

/// Percent-encodes a query value.
fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The door's path with a service and scopes, each its own parameter.
fn ask(service: &str, scopes: &[&str]) -> String {
    let mut path = format!("{}?service={}", crate::harness::DOOR, encode(service));
    for scope in scopes {
        path.push_str("&scope=");
        path.push_str(&encode(scope));
    }
    path
}
