//! Changing roles.

use identity::Error;
use serde_json::{Map, Value};

use super::{At, find, find::check_manages, path, resource};
use crate::{Happened, Manages, Permit, Refusal};

/// Changes a role. Keycloak: a description that is not said is none; attributes that are not said stay. A management role keeps its
/// name: rights go by it.
///
/// # Errors
/// 404, 409 for a name that is taken.
pub async fn change<R: Manages>(permit: &Permit<R>, at: At<'_>, document: Map<String, Value>) -> Result<(), Refusal> {
    let role = find(permit, at).await?;
    check_manages(permit, role.client.is_some())?;
    let mut patch = document.clone();
    patch.entry("description").or_insert(Value::Null);
    let renames = patch.get("name").and_then(Value::as_str).is_some_and(|name| name != role.name);
    if renames {
        permit.check_may_grant(&role.id)?;
        refuse_management_role(permit, &role)?;
    }
    let mut change = permit.change().await?;
    match change.change_role(&role.id, patch).await {
        Ok(()) => {}
        Err(Error::Conflict(_)) => return Err(Refusal::duplicate()),
        Err(error) => return Err(error.into()),
    }
    change.commit(Happened::updated(resource(&role), path(&role)).with(document)).await
}

/// Rights go by the names of roles of management clients.
pub(super) fn refuse_management_role<R: Manages>(
    permit: &Permit<R>,
    role: &identity::RoleDocument,
) -> Result<(), Refusal> {
    let client = role.client.as_ref().and_then(|client| permit.realm().client_by_id(client));
    let manages = client.is_some_and(|client| {
        &*client.client_id == "realm-management"
            || (&*permit.realm().name == "master" && client.client_id.ends_with("-realm"))
    });
    let of_master =
        &*permit.realm().name == "master" && role.client.is_none() && matches!(&*role.name, "admin" | "create-realm");
    if manages || of_master {
        return Err(Refusal::message(format!("{} is a role of administration", role.name)));
    }
    Ok(())
}
