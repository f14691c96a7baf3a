//! Who has a role.

use identity::{GroupId, Page, RoleId};
use serde_json::Value;

use super::{Of, container};
use crate::group::{told_groups, with_role};
use crate::{Permit, Refusal, ViewUsers};

/// Users who have a role directly, in the order of their names.
///
/// # Errors
/// 404.
pub async fn users_with_role(
    permit: &Permit<ViewUsers>,
    of: Of<'_>,
    role: &str,
    page: Page,
    brief: bool,
) -> Result<Vec<Value>, Refusal> {
    with_role(permit, &find(permit, of, role)?, page, brief).await
}

/// Groups that bring a role by themselves, in the order of their names.
///
/// # Errors
/// 404.
pub async fn groups_with_role(
    permit: &Permit<ViewUsers>,
    of: Of<'_>,
    role: &str,
    page: Page,
    brief: bool,
) -> Result<Vec<Value>, Refusal> {
    let role = find(permit, of, role)?;
    let groups: Vec<GroupId> = page.of(permit.realm().groups_with_role(&role)).cloned().collect();
    told_groups(permit, &groups, brief).await
}

fn find(permit: &Permit<ViewUsers>, of: Of<'_>, role: &str) -> Result<RoleId, Refusal> {
    let realm = permit.realm();
    let found = match container(permit, of).map_err(|_| Refusal::not_found("Could not find client"))? {
        None => realm.role_named(role),
        Some(client) => realm.client_role_named(&client.client_id, role),
    };
    found.cloned().ok_or_else(|| Refusal::not_found("Could not find role"))
}
