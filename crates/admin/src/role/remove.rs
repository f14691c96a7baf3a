//! Removing roles.

use identity::Error;
use protocol::Removed;

use super::{At, change::refuse_management_role, find, find::check_manages, path, resource};
use crate::{Happened, Manages, Permit, Refusal};

/// Removes a role, and every grant of it.
///
/// # Errors
/// 404, and 400 for the realm's default role and the roles of administration.
pub async fn remove<R: Manages>(permit: &Permit<R>, at: At<'_>) -> Result<(), Refusal> {
    let role = find(permit, at).await?;
    check_manages(permit, role.client.is_some())?;
    refuse_management_role(permit, &role)?;
    permit.check_may_grant(&role.id)?;
    let mut change = permit.change().await?;
    match change.remove_role(&role.id).await {
        Ok(()) => {}
        Err(Error::Refused(_)) => {
            let words = format!("{} is default role of the realm and cannot be removed.", role.name);
            return Err(Refusal::message(words));
        }
        Err(error) => return Err(error.into()),
    }
    let client = role.client.as_ref().and_then(|client| permit.realm().client_by_id(client));
    let client = client.map(|client| &*client.client_id);
    change.removed(Removed::Role { id: &role.id, client, name: &role.name }).await?;
    change.commit(Happened::deleted(resource(&role), path(&role))).await
}
