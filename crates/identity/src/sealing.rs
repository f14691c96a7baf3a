//! Secrets of documents, taken out and sealed, so that a dump of the database shows none.

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::{Error, store::Inner};

/// Whose document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noun {
    Realm,
    Client,
}

impl Noun {
    /// The table; with the row's id it binds a sealed blob to its row.
    pub(crate) fn table(self) -> &'static str {
        match self {
            Self::Realm => "realm",
            Self::Client => "client",
        }
    }

    /// Members of the document itself that are secrets.
    fn secrets(self) -> &'static [&'static str] {
        match self {
            Self::Realm => &["privateKey", "codeSecret"],
            Self::Client => &["secret", "registrationAccessToken"],
        }
    }

    /// Objects, or lists of objects, whose members are named by whoever sets them: what they mean is told by the name
    /// alone.
    fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Realm => &["smtpServer", "attributes"],
            Self::Client => &["attributes"],
        }
    }
}

/// Members of Keycloak's documents that hold secrets under any noun (a client inside a realm, a credential inside a
/// federated user, a provider's or a component's configuration).
const SECRET_MEMBERS: [&str; 3] = ["secretData", "value", "registrationAccessToken"];

/// Takes every secret member out of a document, by JSON pointer.
pub(crate) fn take_secrets(noun: Noun, document: &mut Value) -> Map<String, Value> {
    let mut taken = Map::new();
    let Value::Object(members) = document else { return taken };
    let mut pointer = String::new();
    take(members, &mut pointer, &mut taken, |name| noun.secrets().contains(&name));
    for (name, value) in members.iter_mut() {
        pointer.clear();
        push(&mut pointer, name);
        match value {
            Value::Object(settings) if noun.settings().contains(&name.as_str()) => {
                take(settings, &mut pointer, &mut taken, is_secret_setting);
            }
            // Lists of things that have a configuration of their own.
            Value::Array(_) | Value::Object(_) if noun == Noun::Realm => descend(value, &mut pointer, &mut taken),
            _ => {}
        }
    }
    taken
}

/// Looks for configurations and credentials anywhere below; no deeper than a document can be parsed.
fn descend(value: &mut Value, pointer: &mut String, taken: &mut Map<String, Value>) {
    let length = pointer.len();
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                push(pointer, &index.to_string());
                descend(item, pointer, taken);
                pointer.truncate(length);
            }
        }
        Value::Object(members) => {
            let is_credential = members.contains_key("credentialData") || members.contains_key("secretData");
            take(members, pointer, taken, |name| {
                name == "secret"
                    || name == "registrationAccessToken"
                    || (is_credential && SECRET_MEMBERS.contains(&name))
            });
            for (name, member) in members.iter_mut() {
                push(pointer, name);
                match member {
                    Value::Object(config) if name == "config" => take(config, pointer, taken, is_secret_setting),
                    _ => descend(member, pointer, taken),
                }
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}

/// Whether a setting of this name is a secret. Too much does no harm: it is put back wherever the document is written.
pub(crate) fn is_secret_setting(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let holds =
        ["secret", "password", "privatekey", "credential", "apikey", "jwks"].iter().any(|word| name.contains(word));
    // What is said about a secret is none.
    let about = ["size", "time", "policy", "algorithm", "enabled", "url"].iter().any(|word| name.ends_with(word));
    holds && !about
}

fn take(
    members: &mut Map<String, Value>,
    pointer: &mut String,
    taken: &mut Map<String, Value>,
    is_secret: impl Fn(&str) -> bool,
) {
    let names: Vec<String> = members.keys().filter(|name| is_secret(name)).cloned().collect();
    let length = pointer.len();
    for name in names {
        if let Some(value) = members.shift_remove(&name) {
            push(pointer, &name);
            taken.insert(pointer.clone(), value);
            pointer.truncate(length);
        }
    }
}

/// RFC 6901 section 3: `~` and `/` in a name are written `~0` and `~1`.
fn push(pointer: &mut String, name: &str) {
    pointer.push('/');
    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
}

/// Puts them back. Where the object around one is gone, the secret is gone too.
pub(crate) fn put_back(document: &mut Value, secrets: &Map<String, Value>) {
    for (pointer, value) in secrets {
        let Some((parent, name)) = pointer.rsplit_once('/') else { continue };
        if let Some(Value::Object(members)) = document.pointer_mut(parent) {
            members.insert(unescape(name), value.clone());
        }
    }
}

/// The other way round.
pub(crate) fn unescape(name: &str) -> String {
    name.replace("~1", "/").replace("~0", "~")
}

/// Seals what was taken out; none for nothing.
pub(crate) fn seal_secrets(inner: &Inner, noun: Noun, id: &str, secrets: &Map<String, Value>) -> Option<Vec<u8>> {
    if secrets.is_empty() {
        return None;
    }
    let plain = Zeroizing::new(Value::Object(secrets.clone()).to_string());
    Some(seal(inner, noun.table(), id, plain.as_bytes()))
}

/// Opens what was sealed; empty for nothing.
pub(crate) fn open_secrets(
    inner: &Inner,
    noun: Noun,
    id: &str,
    sealed: Option<&[u8]>,
) -> Result<Map<String, Value>, Error> {
    let Some(sealed) = sealed else { return Ok(Map::new()) };
    let plain = open(inner, noun.table(), id, sealed)?;
    serde_json::from_slice(&plain).map_err(|_| Error::fault("sealed secrets are not what was sealed"))
}

/// Seals one column of one row; the blob opens for that row alone.
pub(crate) fn seal(inner: &Inner, table: &str, id: &str, plain: &[u8]) -> Vec<u8> {
    inner.master_key.seal(format!("{table}/{id}").as_bytes(), plain, &*inner.random)
}

/// Opens it.
pub(crate) fn open(inner: &Inner, table: &str, id: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    inner
        .master_key
        .open(format!("{table}/{id}").as_bytes(), sealed)
        .map_err(|_| Error::fault(format!("a sealed value of table {table} cannot be opened")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_leave_a_realm_and_come_back() {
        let whole = json!({
            "realm": "a",
            "smtpServer": {"host": "h", "password": "canary-1", "authTokenClientSecret": "canary-2"},
            "identityProviders": [{"alias": "x", "config": {"clientId": "i", "clientSecret": "canary-3"}}],
            "components": {"k": [{"id": "1", "config": {"secret": ["canary-4"], "secretSize": ["64"], "priority": ["1"]},
                "subComponents": {"m": [{"config": {"bindCredential": ["canary-5"]}}]}}]},
            "federatedUsers": [{"id": "u", "credentials": [{"secretData": "canary-6", "credentialData": "{}"}]}],
            "adminPermissionsClient": {"clientId": "p", "secret": "canary-7"},
        });
        let mut document = whole.clone();
        let secrets = take_secrets(Noun::Realm, &mut document);
        assert!(!document.to_string().contains("canary"), "{document}");
        assert_eq!(secrets.len(), 7);
        assert_eq!(document["components"]["k"][0]["config"], json!({"secretSize": ["64"], "priority": ["1"]}));
        put_back(&mut document, &secrets);
        assert_eq!(document, whole);
    }

    #[test]
    fn secrets_leave_a_client_and_come_back() {
        let whole = json!({
            "name": "n",
            "secret": "canary-1",
            "registrationAccessToken": "canary-2",
            "attributes": {
                "client.secret.creation.time": "17",
                "client.secret.rotated": "canary-3",
                "saml.signing.private.key": "canary-4",
                "docker.token.lifespan": "60",
                "a/b~secret": "canary-5",
            },
        });
        let mut document = whole.clone();
        let secrets = take_secrets(Noun::Client, &mut document);
        assert!(!document.to_string().contains("canary"));
        assert_eq!(document["attributes"], json!({"client.secret.creation.time": "17", "docker.token.lifespan": "60"}));
        put_back(&mut document, &secrets);
        assert_eq!(document, whole);
    }

    #[test]
    fn what_lost_its_place_is_dropped() {
        let mut document = json!({"identityProviders": []});
        let secrets = json!({"/identityProviders/0/config/clientSecret": "x", "/attributes/a": "y"});
        put_back(&mut document, secrets.as_object().unwrap());
        assert_eq!(document, json!({"identityProviders": []}));
    }
}
