//! Secrets of Keycloak's documents, masked: what an administrator may read, and what an event may hold.

use serde_json::{Map, Value};

use crate::sealing::is_secret_setting;

/// What stands in the place of a secret. Sent back, it means that the secret stays as it is.
pub const MASK: &str = "**********";

/// Members that are secrets wherever they stand.
const SECRETS: [&str; 6] =
    ["secret", "registrationAccessToken", "secretData", "privateKey", "codeSecret", "hashedSaltedValue"];
/// Objects whose members are named by whoever sets them.
const SETTINGS: [&str; 3] = ["config", "attributes", "smtpServer"];

/// A document with a mask in the place of every secret in it.
#[must_use]
pub fn masked(mut document: Value) -> Value {
    mask(&mut document);
    document
}

fn mask(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(members) => {
            // A credential's value is the password itself.
            let is_credential =
                ["credentialData", "temporary", "hashIterations"].iter().any(|m| members.contains_key(*m))
                    || members
                        .get("type")
                        .and_then(Value::as_str)
                        .is_some_and(|kind| matches!(kind, "password" | "otp" | "secret"));
            for (name, member) in members.iter_mut() {
                if SECRETS.contains(&name.as_str()) || (is_credential && name == "value") {
                    hide(member);
                } else if SETTINGS.contains(&name.as_str()) && member.is_object() {
                    mask_settings(member);
                } else {
                    mask(member);
                }
            }
        }
        _ => {}
    }
}

/// Masks what its name tells to be a secret in a configuration.
fn mask_settings(settings: &mut Value) {
    let Value::Object(members) = settings else { return };
    for (name, value) in members.iter_mut() {
        if is_secret_setting(name) && !is_public_setting(name) {
            hide(value);
        } else {
            mask(value);
        }
    }
}

/// Switches and public halves whose names sound like secrets.
fn is_public_setting(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "client_credentials.use_refresh_token"
        || ((name.contains("jwks") || name.contains("certificate")) && !name.contains("private"))
}

/// A list of one or more secrets becomes a list of one mask, as in Keycloak's components.
fn hide(value: &mut Value) {
    match value {
        Value::Null => {}
        Value::Array(items) if items.is_empty() => {}
        Value::Array(items) => *items = vec![Value::from(MASK)],
        other => *other = Value::from(MASK),
    }
}

/// Puts the stored secret back wherever a mask came in: the same member of what is stored, or nothing where that has none.
pub fn keep_masked(given: &mut Map<String, Value>, stored: Option<&Map<String, Value>>) {
    let is_mask = |value: &Value| match value {
        Value::String(text) => text == MASK,
        Value::Array(items) => items.len() == 1 && items.first().and_then(Value::as_str) == Some(MASK),
        _ => false,
    };
    let names: Vec<String> = given.iter().filter(|(_, value)| is_mask(value)).map(|(name, _)| name.clone()).collect();
    for name in names {
        match stored.and_then(|stored| stored.get(&name)) {
            Some(secret) => {
                given.insert(name, secret.clone());
            }
            None => {
                given.shift_remove(&name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a77_no_secret_passes_a_mask() {
        let whole = json!({
            "clientId": "app", "secret": "canary-1", "registrationAccessToken": "canary-2",
            "attributes": {"client.secret.rotated": "canary-3", "client.secret.creation.time": "17", "jwks.string": "{}"},
            "smtpServer": {"host": "h", "password": "canary-4"},
            "identityProviders": [{"config": {"clientId": "i", "clientSecret": "canary-5"}}],
            "components": {"k": [{"config": {"privateKey": ["canary-6"], "priority": ["100"]}}]},
            "users": [{"credentials": [{"type": "password", "value": "canary-7"}, {"secretData": "canary-8"}]}],
        });
        let hidden = masked(whole);
        assert!(!hidden.to_string().contains("canary"), "{hidden}");
        assert_eq!(hidden["attributes"]["client.secret.creation.time"], "17");
        assert_eq!(hidden["attributes"]["jwks.string"], "{}");
        assert_eq!(hidden["components"]["k"][0]["config"], json!({"privateKey": [MASK], "priority": ["100"]}));
        assert_eq!(hidden["identityProviders"][0]["config"]["clientId"], "i");
    }

    #[test]
    fn a_mask_keeps_what_is_stored() {
        let stored = json!({"password": "old", "list": ["old"]});
        let mut given = json!({"password": MASK, "list": [MASK], "host": "h", "other": MASK});
        keep_masked(given.as_object_mut().unwrap(), stored.as_object());
        assert_eq!(given, json!({"password": "old", "list": ["old"], "host": "h"}));
    }
}
