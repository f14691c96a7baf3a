//! The groups that new users join.

use identity::GroupId;
use serde_json::Value;

use super::represent::told_groups;
use crate::{Happened, ManageRealm, Permit, Refusal, Resource, ViewRealm};

/// The groups that new users join.
///
/// # Errors
/// When the store fails.
pub async fn default_groups(permit: &Permit<ViewRealm>) -> Result<Vec<Value>, Refusal> {
    let realm = permit.realm();
    let paths = realm.document.get("defaultGroups").and_then(Value::as_array).into_iter().flatten();
    let groups: Vec<GroupId> =
        paths.filter_map(Value::as_str).filter_map(|path| realm.group_at(path)).cloned().collect();
    told_groups(permit, &groups, true).await
}

/// Makes a group one that new users join, or ends that.
///
/// # Errors
/// 404; 403 for a group that brings more than the caller may give (A74).
pub async fn set_default(permit: &Permit<ManageRealm>, id: &str, is_default: bool) -> Result<(), Refusal> {
    let group = GroupId::from(id);
    let realm = permit.realm();
    if realm.group_name(&group).is_none() {
        return Err(Refusal::not_found("Group not found"));
    }
    for role in realm.roles_with_group(&group) {
        permit.check_may_grant(role)?;
    }
    let mut change = permit.change().await?;
    change.set_default_group(&group, is_default).await?;
    let path = format!("default-groups/{group}");
    let happened =
        if is_default { Happened::created(Resource::Group, path) } else { Happened::deleted(Resource::Group, path) };
    change.commit(happened).await
}
