//! Reading client scopes.

use serde_json::{Map, Value, json};

use super::{MISSING, of_realm};
use crate::{ListClients, Permit, Refusal, ViewClients};

/// The client scopes of a realm; who may only ask for clients sees none.
///
/// # Errors
/// When the store fails.
pub async fn list(permit: &Permit<ListClients>) -> Result<Vec<Value>, Refusal> {
    if !permit.also::<ViewClients>() {
        return Ok(Vec::new());
    }
    let all = permit.identity().scope_documents(&permit.realm().id).await?;
    Ok(all.into_iter().map(represented).collect())
}

/// One client scope.
///
/// # Errors
/// 404 where the realm has none of this row.
pub async fn get(permit: &Permit<ViewClients>, id: &str) -> Result<Value, Refusal> {
    let scope = of_realm(permit.realm(), id, MISSING)?;
    Ok(represented(permit.identity().scope_document(&permit.realm().id, &scope.id).await?))
}

fn represented(mut document: Map<String, Value>) -> Value {
    document.entry("attributes").or_insert_with(|| json!({}));
    if document.get("protocolMappers").and_then(Value::as_array).is_some_and(Vec::is_empty) {
        document.shift_remove("protocolMappers");
    }
    Value::Object(document)
}
