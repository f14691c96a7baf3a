//! Brings one user of a file to the form of Keycloak 26: types settled, credentials of older files rewritten.

use std::path::Path;

use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::check::names::text;
use super::check::shape::{self, settle};
use super::fault::{At, Faults};

/// Settles a user and its credentials; the same for the check and for the import, so that both see the same user.
pub(crate) fn settle_user(user: &mut Map<String, Value>, file: &Path, at: &At<'_>, faults: &mut Faults) {
    settle(user, shape::USER, file, at, faults);
    let Some(Value::Array(credentials)) = user.get_mut("credentials") else { return };
    let at = at.member("credentials");
    for (index, credential) in credentials.iter_mut().enumerate() {
        if let Value::Object(credential) = credential {
            settle(credential, shape::CREDENTIAL, file, &at.item(index), faults);
            modernise(credential);
        }
    }
}

/// Files of Keycloak before version 7 keep a credential's parts as members of its own.
fn modernise(credential: &mut Map<String, Value>) {
    if credential.contains_key("credentialData") || !credential.contains_key("hashedSaltedValue") {
        return;
    }
    let mut take = |member: &str| credential.shift_remove(member);
    let value = take("hashedSaltedValue").unwrap_or_default();
    let salt = take("salt");
    let iterations = take("hashIterations").unwrap_or_else(|| json!(1));
    let algorithm = take("algorithm");
    let (digits, period, counter) = (take("digits"), take("period"), take("counter"));
    if let Some(kind @ ("totp" | "hotp")) = text(credential, "type") {
        let data = json!({
            "subType": kind,
            "digits": digits.unwrap_or_else(|| json!(6)),
            "counter": counter.unwrap_or_else(|| json!(0)),
            "period": period.unwrap_or_else(|| json!(30)),
            "algorithm": algorithm.unwrap_or_else(|| json!("HmacSHA1")),
        });
        put(credential, &data, &json!({ "value": value }));
        credential.insert("type".to_owned(), json!("otp"));
        return;
    }
    let algorithm = algorithm.unwrap_or_else(|| json!("pbkdf2"));
    let data = json!({"hashIterations": iterations, "algorithm": algorithm, "additionalParameters": {}});
    let mut secret = json!({ "value": value });
    if let (Some(salt), Some(members)) = (salt, secret.as_object_mut()) {
        members.insert("salt".to_owned(), salt);
    }
    put(credential, &data, &secret);
}

fn put(credential: &mut Map<String, Value>, data: &Value, secret: &Value) {
    credential.insert("credentialData".to_owned(), Value::String(data.to_string()));
    credential.insert("secretData".to_owned(), Value::String(secret.to_string()));
}

/// Whether the member of a credential holds a password in the clear.
pub(crate) fn plain_password(credential: &Map<String, Value>) -> Option<&str> {
    let is_password = text(credential, "type").is_none_or(|kind| kind == "password");
    let has_hash = credential.contains_key("secretData");
    text(credential, "value").filter(|_| is_password && !has_hash)
}

/// A settled credential, taken apart as its row holds it.
pub(crate) struct CredentialParts {
    pub(crate) id: Option<String>,
    pub(crate) kind: String,
    pub(crate) label: Option<String>,
    pub(crate) created_at: Option<i64>,
    pub(crate) data: String,
    pub(crate) secret: Zeroizing<String>,
    pub(crate) rest: Map<String, Value>,
}

impl CredentialParts {
    pub(crate) fn of(mut credential: Map<String, Value>) -> Self {
        credential.shift_remove("value");
        let mut take = |member: &str| match credential.shift_remove(member) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let (id, kind, label) = (take("id"), take("type").unwrap_or_default(), take("userLabel"));
        let data = take("credentialData").unwrap_or_default();
        let secret = Zeroizing::new(take("secretData").unwrap_or_default());
        let created_at = credential.shift_remove("createdDate").and_then(|value| value.as_i64());
        Self { id, kind, label, created_at, data, secret, rest: credential }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_credentials_are_rewritten() {
        let mut user = json!({"username": "a", "credentials": [
            {"type": "password", "hashedSaltedValue": "aGFzaA==", "salt": "c2FsdA==", "hashIterations": 20000, "algorithm": "pbkdf2"},
            {"type": "totp", "hashedSaltedValue": "secret", "digits": 6, "period": 30, "counter": 0, "algorithm": "HmacSHA1"},
            {"type": "password", "value": "clear"},
        ]});
        let mut faults = Faults::new(1);
        settle_user(user.as_object_mut().unwrap(), Path::new("f"), &At::Root, &mut faults);
        assert!(faults.is_empty());
        let data =
            |i: usize, m: &str| -> Value { serde_json::from_str(user["credentials"][i][m].as_str().unwrap()).unwrap() };
        assert_eq!(data(0, "credentialData")["hashIterations"], 20000);
        assert_eq!(data(0, "secretData"), json!({"value": "aGFzaA==", "salt": "c2FsdA=="}));
        assert_eq!(user["credentials"][1]["type"], "otp");
        assert_eq!(data(1, "credentialData")["subType"], "totp");
        assert_eq!(plain_password(user["credentials"][2].as_object().unwrap()), Some("clear"));
        assert_eq!(plain_password(user["credentials"][0].as_object().unwrap()), None);
    }
}
