//! Letting roles through, and ending it.

use identity::RoleId;
use serde_json::{Map, Value};

use super::{Holder, Of};
use crate::role::{check_count, told};
use crate::{Happened, ManageClients, Permit, Refusal, client};

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
    change.map_roles(&permit.realm().id, found.mapped_to(), container.as_deref(), &names).await?;
    change.commit(Happened::created(of.resource(), holder.path(of)).with(told(roles))).await
}

/// Ends it.
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
    change.unmap_roles(&permit.realm().id, found.mapped_to(), container.as_deref(), &names).await?;
    change.commit(Happened::deleted(of.resource(), holder.path(of)).with(told(roles))).await
}

/// The container's `clientId`, and the names of the roles.
fn names(
    permit: &Permit<ManageClients>,
    of: Of<'_>,
    roles: &[Map<String, Value>],
) -> Result<(Option<String>, Vec<String>), Refusal> {
    check_count(roles)?;
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
