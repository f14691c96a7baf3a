//! Roles that somebody has, could have, or has by whatever way.

use std::collections::{BTreeMap, HashSet};

use identity::RoleId;
use serde_json::{Map, Value, json};

use super::{Of, Subject, Whose, container};
use crate::{ManageUsers, Permit, Refusal, ViewUsers};

/// All roles granted directly: the realm's, and each client's.
///
/// # Errors
/// 404.
pub async fn all(permit: &Permit<ViewUsers>, whose: Whose<'_>) -> Result<Value, Refusal> {
    let subject = Subject::find(permit, whose).await?;
    let realm = permit.realm();
    let mut of_realm = Vec::new();
    let mut of_clients: BTreeMap<&str, (String, Vec<Value>)> = BTreeMap::new();
    for role in permit.identity().role_documents(realm, subject.roles(permit)).await? {
        match &role.client {
            None => of_realm.push(role.told(true)),
            Some(client) => {
                let Some(client) = realm.client_by_id(client) else { continue };
                let place = of_clients.entry(&client.client_id);
                place.or_insert_with(|| (client.id.to_string(), Vec::new())).1.push(role.told(true));
            }
        }
    }
    let mut told = Map::new();
    if !of_realm.is_empty() {
        told.insert("realmMappings".to_owned(), Value::Array(of_realm));
    }
    if !of_clients.is_empty() {
        let of_clients: Map<String, Value> = of_clients
            .into_iter()
            .map(|(client, (id, mappings))| {
                (client.to_owned(), json!({ "id": id, "client": client, "mappings": mappings }))
            })
            .collect();
        told.insert("clientMappings".to_owned(), Value::Object(of_clients));
    }
    Ok(Value::Object(told))
}

/// Roles of one container that are granted directly.
///
/// # Errors
/// 404.
pub async fn mapped(permit: &Permit<ViewUsers>, whose: Whose<'_>, of: Of<'_>) -> Result<Vec<Value>, Refusal> {
    let subject = Subject::find(permit, whose).await?;
    let client = container(permit, of)?;
    let realm = permit.realm();
    let roles: Vec<RoleId> = subject
        .roles(permit)
        .iter()
        .filter(|role| realm.role_name(role).is_some())
        .filter(|role| realm.client_of_role(role) == client.map(|client| &client.id))
        .cloned()
        .collect();
    told(permit, &roles, true).await
}

/// Roles of one container that are not granted yet, and that the caller may grant.
///
/// # Errors
/// 404.
pub async fn available(permit: &Permit<ViewUsers>, whose: Whose<'_>, of: Of<'_>) -> Result<Vec<Value>, Refusal> {
    let subject = Subject::find(permit, whose).await?;
    let granted: HashSet<&RoleId> = subject.roles(permit).iter().collect();
    let roles = contained(permit, of)?;
    let may_grant = |role: &RoleId| permit.also::<ManageUsers>() && permit.check_may_grant(role).is_ok();
    let roles: Vec<RoleId> = roles.into_iter().filter(|role| !granted.contains(role) && may_grant(role)).collect();
    told(permit, &roles, true).await
}

/// Roles of one container that somebody has: directly, by groups and by composites.
///
/// # Errors
/// 404.
pub async fn composite(
    permit: &Permit<ViewUsers>,
    whose: Whose<'_>,
    of: Of<'_>,
    brief: bool,
) -> Result<Vec<Value>, Refusal> {
    let subject = Subject::find(permit, whose).await?;
    let realm = permit.realm();
    let effective: HashSet<RoleId> = match &subject {
        Subject::User(user) => realm.effective(user).roles.clone(),
        Subject::Group(group) => {
            let brought: Vec<RoleId> = realm.roles_with_group(group).cloned().collect();
            (*realm.role_closure(&brought)).clone()
        }
    };
    let roles: Vec<RoleId> = contained(permit, of)?.into_iter().filter(|role| effective.contains(role)).collect();
    told(permit, &roles, brief).await
}

/// All roles of a container, in the order of their names.
fn contained(permit: &Permit<ViewUsers>, of: Of<'_>) -> Result<Vec<RoleId>, Refusal> {
    let roles = match container(permit, of)? {
        None => permit.realm().realm_roles(),
        Some(client) => permit.realm().client_roles(&client.id),
    };
    Ok(roles.into_iter().cloned().collect())
}

async fn told(permit: &Permit<ViewUsers>, roles: &[RoleId], brief: bool) -> Result<Vec<Value>, Refusal> {
    let documents = permit.identity().role_documents(permit.realm(), roles).await?;
    Ok(documents.iter().map(|role| role.told(brief)).collect())
}
