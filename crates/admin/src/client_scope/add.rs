//! Making client scopes.

use identity::{Error, ScopeId};
use protocol::Plugins;
use serde_json::{Map, Value, json};

use crate::mapper::settle_all;
use crate::{Happened, ManageClients, Permit, Refusal, Resource};

/// Makes a client scope; answers its row.
///
/// # Errors
/// 400 without a protocol or with a name that no `scope` parameter can hold, 409 for a name that is taken.
pub async fn add(permit: &Permit<ManageClients>, document: Map<String, Value>) -> Result<String, Refusal> {
    let mut new = document.clone();
    check(permit.plugins(), &new)?;
    let name = new.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    new.entry("attributes").or_insert_with(|| json!({}));
    if new.get("id").and_then(Value::as_str).is_none_or(str::is_empty) {
        new.insert("id".to_owned(), json!(ScopeId::random(permit.identity().random()).as_str()));
    }
    settle_all(permit.plugins(), &mut new)?;
    let mut change = permit.change().await?;
    let id = match change.add_client_scope(&permit.realm().id, Value::Object(new)).await {
        Ok(id) => id,
        Err(Error::Conflict(_)) => return Err(Refusal::conflict(format!("Client Scope {name} already exists"))),
        Err(error) => return Err(error.into()),
    };
    change.commit(Happened::created(Resource::ClientScope, format!("client-scopes/{id}")).with(document)).await?;
    Ok(id.to_string())
}

/// RFC 6749 §3.3: a scope's name has no spaces, quotes or backslashes.
pub(super) fn check(plugins: &Plugins, document: &Map<String, Value>) -> Result<(), Refusal> {
    let protocol = document.get("protocol").and_then(Value::as_str).unwrap_or_default();
    if plugins.get(protocol).is_none() && protocol != "saml" {
        return Err(Refusal::message("Unexpected protocol"));
    }
    let name = document.get("name").and_then(Value::as_str).unwrap_or_default();
    let fits = |c: char| matches!(c, '\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e') || !c.is_ascii();
    if name.is_empty() || name.len() > 255 || !name.chars().all(fits) {
        return Err(Refusal::message(format!("Unexpected name \"{name}\" for ClientScope")));
    }
    Ok(())
}
