//! Whether a client's settings may be saved.

use std::collections::BTreeMap;

use identity::Mapper;
use protocol::{ClientSettings, Plugins};
use serde_json::{Map, Value};

use crate::Refusal;

/// Schemes that a browser would run.
const DANGEROUS: [&str; 3] = ["javascript:", "data:", "vbscript:"];
/// A protocol of Keycloak's that no plugin here serves: its clients come and go with realm files.
const SAML: &str = "saml";

/// Checks a client as it would be saved.
///
/// # Errors
/// 400 `invalid_input`, in Keycloak's words where it has some.
pub(super) fn check(document: &Map<String, Value>, plugins: &Plugins) -> Result<(), Refusal> {
    let invalid = |words: String| Err(Refusal::described("invalid_input", words));
    let text = |member: &str| document.get(member).and_then(Value::as_str).unwrap_or_default();
    if text("clientId").trim().is_empty() {
        return invalid("Client ID cannot be blank".to_owned());
    }
    let protocol = text("protocol");
    let plugin = plugins.get(protocol);
    if plugin.is_none() && protocol != SAML {
        return invalid(format!("Invalid protocol: {protocol}"));
    }
    for (member, name) in [("rootUrl", "Root URL"), ("baseUrl", "Base URL"), ("adminUrl", "Admin URL")] {
        if is_dangerous(text(member)) {
            return invalid(format!("{name} uses an illegal scheme"));
        }
        if member == "rootUrl" && !is_url(text(member)) {
            return invalid(format!("{name} is not a valid URL"));
        }
    }
    for uri in document.get("redirectUris").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        if is_dangerous(uri) {
            return invalid("A redirect URI uses an illegal scheme".to_owned());
        }
        // RFC 6749 §3.1.2: a redirection endpoint has no fragment.
        if uri.contains('#') {
            return invalid("A redirect URI must not contain an URL fragment".to_owned());
        }
        if uri.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return invalid("A redirect URI is not a valid URI".to_owned());
        }
    }
    let attributes: BTreeMap<String, String> = document
        .get("attributes")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect();
    for (name, value) in &attributes {
        let name_of_address = name.to_ascii_lowercase();
        let is_address = ["uri", "url"].iter().any(|word| name_of_address.ends_with(word));
        if is_address && is_dangerous(value) {
            return invalid(format!("{name} uses an illegal scheme"));
        }
    }
    let Some(plugin) = plugin else { return Ok(()) };
    let mappers = mappers(document, protocol);
    let faults = plugin.check_client(&ClientSettings { attributes: &attributes, mappers: &mappers });
    if faults.is_empty() {
        return Ok(());
    }
    let told: Vec<String> = faults.iter().map(|fault| format!("{}: {}", fault.field, fault.reason)).collect();
    invalid(told.join("; "))
}

/// The mappers of a client's document, as a plugin looks at them.
pub(crate) fn mappers(document: &Map<String, Value>, protocol: &str) -> Vec<Mapper> {
    let list = document.get("protocolMappers").and_then(Value::as_array).into_iter().flatten();
    list.map(|one| mapper(one, protocol)).collect()
}

/// One mapper's document, as a plugin looks at it.
pub(crate) fn mapper(one: &Value, protocol: &str) -> Mapper {
    let text = |member: &str| one.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    Mapper {
        id: text("id").into(),
        name: text("name"),
        protocol: one.get("protocol").and_then(Value::as_str).unwrap_or(protocol).to_owned(),
        mapper: text("protocolMapper"),
        config: config(one),
    }
}

pub(crate) fn config(mapper: &Value) -> BTreeMap<String, String> {
    let config = mapper.get("config").and_then(Value::as_object).into_iter().flatten();
    config.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}

fn is_dangerous(uri: &str) -> bool {
    // What a browser passes over at the front of an address hides no scheme.
    let uri: String = uri.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect::<String>().to_lowercase();
    DANGEROUS.iter().any(|scheme| uri.starts_with(scheme))
}

/// Nothing, an address with a scheme, a path of this server, or a placeholder of Keycloak's.
fn is_url(url: &str) -> bool {
    url.is_empty()
        || url.starts_with("${")
        || url.starts_with('/')
        || url.split_once(':').is_some_and(|(scheme, _)| {
            scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')) && !scheme.is_empty()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_blank_hides_a_scheme() {
        for uri in ["javascript:alert(1)", " JaVaScript:x", "java\tscript:x", "\u{1}data:text/html,x", "vbscript:x"] {
            assert!(is_dangerous(uri), "{uri:?}");
        }
        assert!(!is_dangerous("https://javascript.example/"));
        assert!(is_url("https://a.example") && is_url("${authBaseUrl}") && is_url("") && !is_url("a b"));
    }
}
