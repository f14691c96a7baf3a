//! Who is in a group, and who has a role.

use identity::profile::Profile;
use identity::{Page, RoleId, UserQuery};
use serde_json::Value;

use crate::user::{listed, member};
use crate::{Permit, Refusal, ViewUsers};

/// Users who are in a group directly, in the order of their names.
///
/// # Errors
/// 404.
pub async fn members(permit: &Permit<ViewUsers>, id: &str, page: Page, brief: bool) -> Result<Vec<Value>, Refusal> {
    let group = super::find(permit, id)?;
    let query = UserQuery { group: Some(group), service_accounts: true, ..UserQuery::default() };
    let profile = Profile::of(permit.realm());
    let users = permit.identity().find_users(permit.realm(), &query, page).await?;
    Ok(users.iter().map(|user| member(permit, &profile, user, brief)).collect())
}

/// Users who have a role directly, in the order of their names.
///
/// # Errors
/// When the store fails.
pub(crate) async fn with_role(
    permit: &Permit<ViewUsers>,
    role: &RoleId,
    page: Page,
    brief: bool,
) -> Result<Vec<Value>, Refusal> {
    let query = UserQuery { role: Some(role.clone()), service_accounts: true, ..UserQuery::default() };
    let profile = Profile::of(permit.realm());
    let users = permit.identity().find_users(permit.realm(), &query, page).await?;
    Ok(users.iter().map(|user| listed(permit, &profile, user, brief)).collect())
}
