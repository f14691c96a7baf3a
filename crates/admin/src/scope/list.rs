//! Listing them.

use std::collections::BTreeMap;

use identity::{RoleDocument, RoleId, RoleQuery};
use serde_json::{Map, Value, json};

use super::{Holder, Of};
use crate::{Permit, Refusal, ViewClients, client};

/// Which roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those that are let through, directly.
    Mapped,
    /// Those that could be.
    Available,
    /// Those that are let through by whatever way.
    Composite,
}

/// Roles of the realm, or of a client, by name.
///
/// # Errors
/// 404 where the realm has no such client or client scope.
pub async fn list(
    permit: &Permit<ViewClients>,
    holder: Holder<'_>,
    of: Of<'_>,
    which: Which,
    brief: bool,
) -> Result<Vec<Value>, Refusal> {
    let realm = permit.realm();
    let found = holder.find(realm)?;
    let container = match of {
        Of::Realm => None,
        Of::Client(id) => Some(client::of_realm(realm, id)?.id.clone()),
    };
    let mut roles: Vec<RoleDocument> = match which {
        Which::Mapped => permit.identity().role_documents(realm, &found.roles).await?,
        Which::Composite => {
            let closure: Vec<RoleId> = realm.role_closure(&found.roles).iter().cloned().collect();
            permit.identity().role_documents(realm, &closure).await?
        }
        Which::Available => {
            let query = RoleQuery { client: container.as_ref(), search: None, first: 0, max: 10_000 };
            let mut all = permit.identity().find_roles(realm, &query).await?;
            all.retain(|role| !found.roles.contains(&role.id));
            all
        }
    };
    roles.retain(|role| role.client == container);
    roles.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(roles.iter().map(|role| role.told(brief)).collect())
}

/// All that are let through, directly: of the realm, and by client.
///
/// # Errors
/// 404 where the realm has no such client or client scope.
pub async fn all(permit: &Permit<ViewClients>, holder: Holder<'_>) -> Result<Value, Refusal> {
    let realm = permit.realm();
    let found = holder.find(realm)?;
    let roles = permit.identity().role_documents(realm, &found.roles).await?;
    let mut told = Map::new();
    let of_realm: Vec<Value> = roles.iter().filter(|role| role.client.is_none()).map(|role| role.told(true)).collect();
    if !of_realm.is_empty() {
        told.insert("realmMappings".to_owned(), Value::Array(of_realm));
    }
    let mut by_client: BTreeMap<String, (String, Vec<Value>)> = BTreeMap::new();
    for role in &roles {
        let Some(client) = role.client.as_ref().and_then(|id| realm.client_by_id(id)) else { continue };
        let entry = by_client.entry(client.client_id.to_string());
        entry.or_insert_with(|| (client.id.to_string(), Vec::new())).1.push(role.told(true));
    }
    if !by_client.is_empty() {
        let by_client: Map<String, Value> = by_client
            .into_iter()
            .map(|(name, (id, mappings))| (name.clone(), json!({ "id": id, "client": name, "mappings": mappings })))
            .collect();
        told.insert("clientMappings".to_owned(), Value::Object(by_client));
    }
    Ok(Value::Object(told))
}
