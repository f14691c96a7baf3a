//! What a role brings.

use identity::{RoleDocument, RoleId};
use serde_json::{Map, Value};

use super::{At, find, find::check_manages, path, resource};
use crate::{Change, Happened, Manages, Permit, Refusal, Right, client};

/// Roles in one request.
const MAX_ROLES: usize = 1_000;

/// Which of the roles that a role brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'p> {
    /// All.
    All,
    /// Those of the realm.
    Realm,
    /// Those of a client, by its row.
    Client(&'p str),
}

/// The roles that a role brings itself.
///
/// # Errors
/// 404 where the realm has no such role or client.
pub async fn composites<R: Right>(permit: &Permit<R>, at: At<'_>, part: Part<'_>) -> Result<Vec<Value>, Refusal> {
    let role = find(permit, at).await?;
    let mut brought = permit.identity().composites_of(permit.realm(), &role.id).await?;
    match part {
        Part::All => {}
        Part::Realm => brought.retain(|child| child.client.is_none()),
        Part::Client(id) => {
            let client = &client::of_realm(permit.realm(), id)?.id;
            brought.retain(|child| child.client.as_ref() == Some(client));
        }
    }
    Ok(brought.iter().map(|child| child.told(true)).collect())
}

/// Lets a role bring others. Whoever does so must have every right that they bring: else it would be a way to them.
///
/// # Errors
/// 404 for a role that is not there; 403.
pub async fn add_composites<R: Manages>(
    permit: &Permit<R>,
    at: At<'_>,
    roles: Vec<Map<String, Value>>,
) -> Result<(), Refusal> {
    let (role, children) = prepare(permit, at, &roles).await?;
    let mut change: Change<'_> = permit.change().await?;
    for child in &children {
        change.add_composite(&role.id, child).await?;
    }
    change.commit(Happened::created(resource(&role), format!("{}/composites", path(&role))).with(told(roles))).await
}

/// Ends it.
///
/// # Errors
/// As [`add_composites`].
pub async fn remove_composites<R: Manages>(
    permit: &Permit<R>,
    at: At<'_>,
    roles: Vec<Map<String, Value>>,
) -> Result<(), Refusal> {
    let (role, children) = prepare(permit, at, &roles).await?;
    let mut change: Change<'_> = permit.change().await?;
    for child in &children {
        change.remove_composite(&role.id, child).await?;
    }
    change.commit(Happened::deleted(resource(&role), format!("{}/composites", path(&role))).with(told(roles))).await
}

async fn prepare<R: Manages>(
    permit: &Permit<R>,
    at: At<'_>,
    roles: &[Map<String, Value>],
) -> Result<(RoleDocument, Vec<RoleId>), Refusal> {
    check_count(roles)?;
    let role = find(permit, at).await?;
    check_manages(permit, role.client.is_some())?;
    // A management role is not the caller's to fill or to empty unless it is the caller's.
    permit.check_may_grant(&role.id)?;
    let mut children = Vec::with_capacity(roles.len());
    for one in roles {
        let id = one.get("id").and_then(Value::as_str).map(RoleId::from);
        let id = id.filter(|id| permit.realm().role_name(id).is_some());
        let id = id.ok_or_else(|| Refusal::not_found("Could not find composite role"))?;
        permit.check_may_grant(&id)?;
        children.push(id);
    }
    Ok((role, children))
}

/// One request names so many roles at most.
pub(crate) fn check_count(roles: &[Map<String, Value>]) -> Result<(), Refusal> {
    if roles.len() > MAX_ROLES { Err(Refusal::error("Too many roles in one request")) } else { Ok(()) }
}

pub(crate) fn told(roles: Vec<Map<String, Value>>) -> Value {
    Value::Array(roles.into_iter().map(Value::Object).collect())
}
