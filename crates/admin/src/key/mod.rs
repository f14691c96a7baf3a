//! The keys of a realm, as far as they are public.

use std::collections::BTreeMap;

use identity::KeyStatus;
use serde_json::{Map, Value, json};

use crate::{Permit, Refusal, ViewRealm};

/// All keys of a realm, the preferred first, and which of them is used for what.
///
/// # Errors
/// When the store fails.
pub async fn list(permit: &Permit<ViewRealm>) -> Result<Value, Refusal> {
    // What every realm of Keycloak has is made at first need, and here somebody looks at it.
    let realm = permit.identity().ensure_default_keys(permit.realm()).await?;
    let keys = permit.identity().keys_of(&realm.id).await?;
    let mut active = BTreeMap::new();
    let mut told = Vec::new();
    for key in &keys {
        if key.status == KeyStatus::Active {
            active.entry(key.algorithm.clone()).or_insert_with(|| key.kid.clone());
        }
        let kind = match key.algorithm.get(..2) {
            Some("RS" | "PS") => "RSA",
            Some("ES") => "EC",
            Some("Ed") => "OKP",
            _ => "OCT",
        };
        let status = match key.status {
            KeyStatus::Active => "ACTIVE",
            KeyStatus::Passive | KeyStatus::Next => "PASSIVE",
            KeyStatus::Disabled => "DISABLED",
        };
        let mut one = Map::new();
        one.insert("providerId".to_owned(), json!(key.id.as_str()));
        one.insert("providerPriority".to_owned(), json!(key.priority));
        one.insert("kid".to_owned(), json!(key.kid));
        one.insert("status".to_owned(), json!(status));
        one.insert("type".to_owned(), json!(kind));
        one.insert("algorithm".to_owned(), json!(key.algorithm));
        one.insert("use".to_owned(), json!(key.key_use));
        if let Some(public) = &key.public_der {
            one.insert("publicKey".to_owned(), json!(base64(public)));
        }
        // Keycloak has certificates of RSA keys alone.
        if let Some(certificate) = key.certificate.as_deref().filter(|_| kind == "RSA") {
            one.insert("certificate".to_owned(), json!(base64(certificate)));
            if let Ok((_, until)) = crypto::certificate::validity(certificate) {
                one.insert("validTo".to_owned(), json!(until * 1000));
            }
        }
        told.push(Value::Object(one));
    }
    Ok(json!({ "active": active, "keys": told }))
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
