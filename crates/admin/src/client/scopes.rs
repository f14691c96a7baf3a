//! Client scopes that a client has, by default or on request.

use identity::{ClientScope, ScopeId};
use serde_json::{Value, json};

use super::find::of_realm;
use crate::{Happened, ManageClients, Permit, Refusal, Resource, ViewClients};

/// Its scopes, of whatever protocol it is.
///
/// # Errors
/// 404 where the realm has no such client.
pub fn scopes(permit: &Permit<ViewClients>, id: &str, optional: bool) -> Result<Vec<Value>, Refusal> {
    let client = of_realm(permit.realm(), id)?;
    let scopes = if optional { &client.optional_scopes } else { &client.default_scopes };
    Ok(scopes.iter().map(|scope| json!({ "id": scope.id.as_str(), "name": *scope.name })).collect())
}

/// Gives the client a scope. One that it has in the other way stays as it is, as with Keycloak.
///
/// # Errors
/// 404 where the realm has no such client or scope.
pub async fn bind_scope(permit: &Permit<ManageClients>, id: &str, scope: &str, optional: bool) -> Result<(), Refusal> {
    let client = of_realm(permit.realm(), id)?;
    let scope = scope_of(permit, scope)?.id.clone();
    let other = if optional { &client.default_scopes } else { &client.optional_scopes };
    let has_it_otherwise = other.iter().any(|known| known.id == scope);
    let mut change = permit.change().await?;
    if !has_it_otherwise {
        change.bind_client_scope(&client.id, &scope, optional).await?;
    }
    change.commit(Happened::created(Resource::ClientScopeClientMapping, path(id, &scope, optional))).await
}

/// Takes a scope from the client.
///
/// # Errors
/// 404 where the realm has no such client or scope.
pub async fn unbind_scope(
    permit: &Permit<ManageClients>,
    id: &str,
    scope: &str,
    optional: bool,
) -> Result<(), Refusal> {
    let client = of_realm(permit.realm(), id)?;
    let scope = scope_of(permit, scope)?.id.clone();
    let has = if optional { &client.optional_scopes } else { &client.default_scopes };
    let has_it_so = has.iter().any(|known| known.id == scope);
    let mut change = permit.change().await?;
    if has_it_so {
        change.unbind_client_scope(&client.id, &scope).await?;
    }
    change.commit(Happened::deleted(Resource::ClientScopeClientMapping, path(id, &scope, optional))).await
}

fn scope_of<'p>(permit: &'p Permit<ManageClients>, id: &str) -> Result<&'p ClientScope, Refusal> {
    let found = permit.realm().scopes().find(|scope| scope.id.as_str() == id);
    found.map(|scope| &**scope).ok_or_else(|| Refusal::not_found("Client scope not found"))
}

fn path(client: &str, scope: &ScopeId, optional: bool) -> String {
    let way = if optional { "optional" } else { "default" };
    format!("clients/{client}/{way}-client-scopes/{scope}")
}
