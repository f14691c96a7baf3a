//! Changing client scopes.

use identity::Error;
use serde_json::{Map, Value};

use super::{MISSING, add::check, of_realm};
use crate::{Happened, ManageClients, Permit, Refusal, Resource};

/// Changes a client scope by members of its representation; mappers have addresses of their own and are passed over.
///
/// # Errors
/// 404, 400, and 409 for a name that is taken.
pub async fn change(permit: &Permit<ManageClients>, id: &str, document: Map<String, Value>) -> Result<(), Refusal> {
    let scope = of_realm(permit.realm(), id, MISSING)?;
    let mut patch = document.clone();
    patch.shift_remove("protocolMappers");
    patch.shift_remove("id");
    let mut whole = patch.clone();
    whole.entry("name").or_insert_with(|| scope.name.to_string().into());
    whole.entry("protocol").or_insert_with(|| scope.protocol.to_string().into());
    check(permit.plugins(), &whole)?;
    let name = whole.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut change = permit.change().await?;
    match change.change_client_scope(&scope.id, patch).await {
        Ok(()) => {}
        Err(Error::Conflict(_)) => return Err(Refusal::conflict(format!("Client Scope {name} already exists"))),
        Err(error) => return Err(error.into()),
    }
    change.commit(Happened::updated(Resource::ClientScope, format!("client-scopes/{id}")).with(document)).await
}
