//! Lists of users, and how many there are.

use identity::profile::Profile;
use identity::{Page, UserId, UserQuery};
use serde_json::Value;

use super::represent::listed;
use crate::{ListUsers, Permit, Refusal, ViewUsers};

/// How a search for ids begins.
const BY_ID: &str = "id:";

/// Which users are asked for.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// What users must be like.
    pub query: UserQuery,
    /// Whether any of them must have a name, address or the like.
    pub by_fields: bool,
}

impl Search {
    /// The ids that are asked for, where the search is for ids.
    fn ids(&self) -> Option<Vec<UserId>> {
        let list = self.query.search.as_deref()?.trim().strip_prefix(BY_ID)?;
        Some(list.split_whitespace().map(UserId::from).collect())
    }

    /// Keycloak: a search leaves names and addresses alone; service accounts are found by these and by nothing else.
    fn query(&self) -> UserQuery {
        let mut query = self.query.clone();
        if query.search.as_ref().is_some_and(|search| !search.trim().is_empty()) {
            for field in [&mut query.username, &mut query.email, &mut query.first_name, &mut query.last_name] {
                *field = None;
            }
        } else {
            query.search = None;
            query.service_accounts = self.by_fields;
        }
        query
    }
}

/// Users in the order of their names. Who may only list users, and see none, gets none.
///
/// # Errors
/// 400 for a search that is too long.
pub async fn list(permit: &Permit<ListUsers>, search: &Search, page: Page, brief: bool) -> Result<Vec<Value>, Refusal> {
    if !permit.also::<ViewUsers>() {
        return Ok(Vec::new());
    }
    let (identity, realm) = (permit.identity(), permit.realm());
    let profile = Profile::of(realm);
    if let Some(ids) = search.ids() {
        let users = identity.users_by_id(realm, &ids).await?;
        return Ok(users.iter().map(|user| listed(permit, &profile, user, brief)).collect());
    }
    let users = identity.find_users(realm, &search.query(), page).await?;
    Ok(users.iter().map(|user| listed(permit, &profile, user, brief)).collect())
}

/// How many users there are. Who may only list users, and see none, counts none.
///
/// # Errors
/// As [`list`].
pub async fn count(permit: &Permit<ListUsers>, search: &Search) -> Result<u64, Refusal> {
    if !permit.also::<ViewUsers>() {
        return Ok(0);
    }
    let (identity, realm) = (permit.identity(), permit.realm());
    match search.ids() {
        Some(ids) => Ok(identity.users_by_id(realm, &ids).await?.len() as u64),
        None => Ok(identity.count_users(realm, &search.query()).await?),
    }
}
