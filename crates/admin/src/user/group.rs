//! The groups a user is in.

use identity::{GroupId, Page};
use serde_json::{Value, json};

use crate::group::told_groups;
use crate::{Happened, ManageUsers, Permit, Refusal, Resource, ViewUsers};

/// The groups that a user is in directly, in the order of their names.
///
/// # Errors
/// 404.
pub async fn groups(
    permit: &Permit<ViewUsers>,
    id: &str,
    search: Option<&str>,
    page: Page,
    brief: bool,
) -> Result<Vec<Value>, Refusal> {
    let groups: Vec<GroupId> = page.of(joined(permit, id, search).await?).collect();
    told_groups(permit, &groups, brief).await
}

/// How many there are.
///
/// # Errors
/// 404.
pub async fn count_groups(permit: &Permit<ViewUsers>, id: &str, search: Option<&str>) -> Result<Value, Refusal> {
    Ok(json!({ "count": joined(permit, id, search).await?.len() }))
}

async fn joined(permit: &Permit<ViewUsers>, id: &str, search: Option<&str>) -> Result<Vec<GroupId>, Refusal> {
    let user = super::find(permit, id).await?;
    let realm = permit.realm();
    let part = search.unwrap_or_default().to_lowercase();
    let mut groups: Vec<(&str, &GroupId)> =
        user.groups.iter().filter_map(|group| Some((realm.group_name(group)?, group))).collect();
    groups.retain(|(name, _)| name.to_lowercase().contains(&part));
    groups.sort_unstable();
    Ok(groups.into_iter().map(|(_, group)| group.clone()).collect())
}

/// Puts a user into a group. One who is in it already stays.
///
/// # Errors
/// 404; 403 for who manages more than the caller, and for a group that brings more than the caller may give.
pub async fn join_group(permit: &Permit<ManageUsers>, id: &str, group: &str) -> Result<(), Refusal> {
    let (user, group) = both(permit, id, group).await?;
    let mut change = permit.change().await?;
    change.join_group(&user, &group).await?;
    let path = format!("users/{user}/groups/{group}");
    change.commit(Happened::created(Resource::GroupMembership, path)).await
}

/// Takes a user out of a group. One who is not in it stays out.
///
/// # Errors
/// As [`join_group`].
pub async fn leave_group(permit: &Permit<ManageUsers>, id: &str, group: &str) -> Result<(), Refusal> {
    let (user, group) = both(permit, id, group).await?;
    let mut change = permit.change().await?;
    change.leave_group(&user, &group).await?;
    let path = format!("users/{user}/groups/{group}");
    change.commit(Happened::deleted(Resource::GroupMembership, path)).await
}

async fn both(permit: &Permit<ManageUsers>, id: &str, group: &str) -> Result<(identity::UserId, GroupId), Refusal> {
    let user = super::find(permit, id).await?;
    permit.check_may_manage(&user)?;
    let group = GroupId::from(group);
    if permit.realm().group_name(&group).is_none() {
        return Err(Refusal::not_found("Group not found"));
    }
    for role in permit.realm().roles_with_group(&group) {
        permit.check_may_grant(role)?;
    }
    Ok((user.id.clone(), group))
}
