//! Listing roles.

use identity::RoleQuery;
use serde_json::Value;

use super::At;
use crate::{Permit, Refusal, Right, ViewClients, ViewRealm};

/// Roles of the realm, or of a client, by name; `at` names the container and no role.
///
/// # Errors
/// 404 where the realm has no such client, 403 where the caller may not see roles of this kind.
pub async fn list<R: Right>(
    permit: &Permit<R>,
    at: At<'_>,
    search: Option<&str>,
    page: (u64, u64),
    brief: bool,
) -> Result<Vec<Value>, Refusal> {
    match at {
        At::Client(..) => drop(permit.to::<ViewClients>()?),
        At::Realm(_) | At::Id(_) => drop(permit.to::<ViewRealm>()?),
    }
    let client = at.container(permit.realm())?;
    let query = RoleQuery { client: client.as_ref(), search, first: page.0, max: page.1 };
    let roles = permit.identity().find_roles(permit.realm(), &query).await?;
    Ok(roles.iter().map(|role| role.told(brief)).collect())
}
