//! Removing a group.

use protocol::Removed;

use crate::{Happened, ManageUsers, Permit, Refusal, Resource};

/// Removes a group with all below it; rules that named them go too (A79).
///
/// # Errors
/// 404; 403 for a group that brings more than the caller may take.
pub async fn remove(permit: &Permit<ManageUsers>, id: &str) -> Result<(), Refusal> {
    let id = super::find(permit, id)?;
    let realm = permit.realm();
    let mut open = vec![id.clone()];
    while let Some(next) = open.pop() {
        for role in realm.roles_with_group(&next) {
            permit.check_may_grant(role)?;
        }
        open.extend(realm.groups_below(Some(&next)).iter().cloned());
    }
    let path = realm.group_path(&id).unwrap_or_default().to_owned();
    let mut change = permit.change().await?;
    change.remove_group(&id).await?;
    change.removed(Removed::Group { id: &id, path: &path }).await?;
    change.commit(Happened::deleted(Resource::Group, format!("groups/{id}"))).await
}
