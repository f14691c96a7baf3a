//! Letting roles through, and ending it.

use identity::RoleId;
use serde_json::{Map, Value};

use super::{Holder, Of};
use crate::role::told;
use crate::{Happened, ManageClients, Permit, Refusal, client};

/// Roles in one request.
const MAX_ROLES: usize = 1_000;

/// Lets roles through; each must be of the container that the path names, and the caller's to pass on.
///
/// # Errors
/// 404 for a role that is not there; 403.
pub async fn map(
    permit: &Permit<ManageClients>,
    holder: Holder<'_>,
    of: Of<'_>,
    roles: Vec<Map<String, Value>>,
) -> Result<(), Refusal> {
    let found = holder.find(permit.realm())?;
    let (container, names) = names(permit, of, &roles)?;
    let mut change = permit.change().await?;
    for name in &names {
        change.map_role(&permit.realm().id, found.mapped_to(), container.as_deref(), name).await?;
    }
    change.commit(Happened::created(of.resource(), holder.path(of)).with(told(roles))).await
}

/// Ends it. An empty list stands for all of the container, as with Keycloak.
///
/// # Errors
/// As [`map`].
pub async fn unmap(
    permit: &Permit<ManageClients>,
    holder: Holder<'_>,
    of: Of<'_>,
    roles: Vec<Map<String, Value>>,
) -> Result<(), Refusal> {
    let found = holder.find(permit.realm())?;
    let (container, names) = names(permit, of, &roles)?;
    let mut change = permit.change().await?;
    for name in &names {
        change.unmap_role(&permit.realm().id, found.mapped_to(), container.as_deref(), name).await?;
    }
    change.commit(Happened::deleted(of.resource(), holder.path(of)).with(told(roles))).await
}

/// The container's `clientId`, and the names of the roles.
fn names(
    permit: &Permit<ManageClients>,
    of: Of<'_>,
    roles: &[Map<String, Value>],
) -> Result<(Option<String>, Vec<String>), Refusal> {
    if roles.len() > MAX_ROLES {
        return Err(Refusal::error("Too many roles in one request"));
    }
    let realm = permit.realm();
    let container = match of {
        Of::Realm => None,
        Of::Client(id) => Some(client::of_realm(realm, id)?.client_id.to_string()),
    };
    let mut names = Vec::with_capacity(roles.len());
    for one in roles {
        let missing = || Refusal::not_found("Role not found");
        let id = one.get("id").and_then(Value::as_str).map(RoleId::from).ok_or_else(missing)?;
        let (owner, name) = realm.role_name(&id).ok_or_else(missing)?;
        if owner != container.as_deref() {
            return Err(missing());
        }
        permit.check_may_grant(&id)?;
        names.push(name.to_owned());
    }
    Ok((container, names))
}
