//! Nodes of a client's own cluster, which say where they are.

use serde_json::{Map, Value, json};

use super::find::of_realm;
use crate::{Happened, ManageClients, Permit, Refusal, Resource};

/// Nodes of one client.
const MAX_NODES: usize = 1_000;

/// Notes a node.
///
/// # Errors
/// 404 where the realm has no such client, 400 without a name.
pub async fn add_node(permit: &Permit<ManageClients>, id: &str, node: &str) -> Result<(), Refusal> {
    if node.is_empty() || node.len() > 255 {
        return Err(Refusal::error("Node not found in params"));
    }
    let mut nodes = nodes(permit, id)?;
    if nodes.len() >= MAX_NODES {
        return Err(Refusal::error("The client has too many nodes"));
    }
    nodes.insert(node.to_owned(), json!(permit.identity().clock().now().seconds()));
    save(permit, id, nodes, Happened::created(Resource::ClusterNode, format!("clients/{id}/nodes/{node}"))).await
}

/// Forgets a node.
///
/// # Errors
/// 404 where the client has none of this name.
pub async fn remove_node(permit: &Permit<ManageClients>, id: &str, node: &str) -> Result<(), Refusal> {
    let mut nodes = nodes(permit, id)?;
    if nodes.shift_remove(node).is_none() {
        return Err(Refusal::not_found("Client does not have node "));
    }
    save(permit, id, nodes, Happened::deleted(Resource::ClusterNode, format!("clients/{id}/nodes/{node}"))).await
}

fn nodes(permit: &Permit<ManageClients>, id: &str) -> Result<Map<String, Value>, Refusal> {
    let client = of_realm(permit.realm(), id)?;
    Ok(client.document.get("registeredNodes").and_then(Value::as_object).cloned().unwrap_or_default())
}

async fn save(
    permit: &Permit<ManageClients>,
    id: &str,
    nodes: Map<String, Value>,
    happened: Happened,
) -> Result<(), Refusal> {
    let client = of_realm(permit.realm(), id)?;
    let mut change = permit.change().await?;
    change.change_client(&client.id, json!({ "registeredNodes": nodes })).await?;
    change.commit(happened).await
}
