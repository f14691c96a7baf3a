//! A client as Keycloak represents it.

use identity::MASK;
use serde_json::{Map, Value, json};

use super::defaults;
use super::find::of_realm;
use crate::{ManageClients, Permit, Refusal, Right, ViewClients};

/// A client. Its secrets are for who may change it.
///
/// # Errors
/// 404 where the realm has none of this row.
pub async fn get(permit: &Permit<ViewClients>, id: &str) -> Result<Value, Refusal> {
    let client = of_realm(permit.realm(), id)?;
    let document = permit.identity().client_document(&permit.realm().id, &client.id).await?;
    Ok(Value::Object(represented(permit, document)))
}

/// A client's document as this caller may see it.
pub(crate) fn represented<R: Right>(permit: &Permit<R>, mut document: Map<String, Value>) -> Map<String, Value> {
    let manages = permit.also::<ManageClients>();
    defaults::fill(&mut document);
    document.entry("defaultClientScopes").or_insert_with(|| json!([]));
    document.entry("optionalClientScopes").or_insert_with(|| json!([]));
    document.shift_remove("registrationAccessToken");
    if document.get("publicClient") == Some(&Value::Bool(true)) {
        document.shift_remove("secret");
    } else if !manages && let Some(secret) = document.get_mut("secret") {
        *secret = json!(MASK);
    }
    if let Some(Value::Object(attributes)) = document.get_mut("attributes") {
        attributes.shift_remove("client.secret.rotated");
        if !manages {
            attributes.retain(|name, _| !name.contains("private.key"));
        }
    }
    if document.get("protocolMappers").and_then(Value::as_array).is_some_and(Vec::is_empty) {
        document.shift_remove("protocolMappers");
    }
    document.insert("access".to_owned(), json!({ "view": true, "configure": manages, "manage": manages }));
    document
}
