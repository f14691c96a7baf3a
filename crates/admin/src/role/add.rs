//! Making roles.

use identity::{Error, NewRole};
use serde_json::{Map, Value};

use super::{At, find::check_manages};
use crate::{Happened, Manages, Permit, Refusal, Resource};

/// Makes a role of the realm, or of a client; answers its name. The caller's `id` is passed over, as Keycloak does. Composites that
/// come in are roles of the realm and of clients by name.
///
/// # Errors
/// 400 without a name, 409 for one that is taken, 403 where it brings what the caller does not have.
pub async fn add<R: Manages>(permit: &Permit<R>, at: At<'_>, document: Map<String, Value>) -> Result<String, Refusal> {
    let realm = permit.realm();
    check_manages(permit, matches!(at, At::Client(..)))?;
    let client = at.container(realm)?;
    let mut rest = document.clone();
    let Some(Value::String(name)) = rest.shift_remove("name").filter(|name| name.as_str() != Some("")) else {
        return Err(Refusal::error("role has no name"));
    };
    let composites = rest.shift_remove("composites");
    for member in ["id", "composite", "clientRole", "containerId", "scopeParamRequired"] {
        rest.shift_remove(member);
    }
    let children = named(permit, composites.as_ref())?;
    let mut change = permit.change().await?;
    let new = NewRole { id: None, client: client.clone(), name: name.clone(), document: Value::Object(rest) };
    let id = match change.add_role(&realm.id, new).await {
        Ok(id) => id,
        Err(Error::Conflict(_)) => return Err(Refusal::conflict(format!("Role with name {name} already exists"))),
        Err(error) => return Err(error.into()),
    };
    for child in children {
        change.add_composite(&id, &child).await?;
    }
    let happened = match &client {
        Some(client) => Happened::created(Resource::ClientRole, format!("clients/{client}/roles/{name}")),
        None => Happened::created(Resource::RealmRole, format!("roles/{name}")),
    };
    change.commit(happened.with(document)).await?;
    Ok(name)
}

/// Roles of a `composites` member, each of which the caller may pass on.
fn named<R: Manages>(permit: &Permit<R>, composites: Option<&Value>) -> Result<Vec<identity::RoleId>, Refusal> {
    let realm = permit.realm();
    let missing = || Refusal::not_found("Could not find composite role");
    let mut found = Vec::new();
    let Some(composites) = composites else { return Ok(found) };
    let names = |list: Option<&Value>| -> Vec<String> {
        list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    for name in names(composites.get("realm")) {
        found.push(realm.role_named(&name).cloned().ok_or_else(missing)?);
    }
    for (client, list) in composites.get("client").and_then(Value::as_object).into_iter().flatten() {
        for name in names(Some(list)) {
            found.push(realm.client_role_named(client, &name).cloned().ok_or_else(missing)?);
        }
    }
    for role in &found {
        permit.check_may_grant(role)?;
    }
    Ok(found)
}
