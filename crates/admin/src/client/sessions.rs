//! Sessions that a client has a part in.

use std::collections::HashMap;

use identity::SessionPage;
use serde_json::{Map, Value, json};

use super::find::of_realm;
use crate::{Permit, Refusal, ViewClients};

/// How many sessions, or offline sessions, the client has a part in.
///
/// # Errors
/// 404 where the realm has no such client.
pub async fn count_sessions(permit: &Permit<ViewClients>, id: &str, offline: bool) -> Result<Value, Refusal> {
    let client = of_realm(permit.realm(), id)?;
    let count = permit.identity().count_sessions(permit.realm(), Some(&client.id), offline).await?;
    Ok(json!({ "count": count }))
}

/// Those sessions, the newest first.
///
/// # Errors
/// 404 where the realm has no such client.
pub async fn sessions(
    permit: &Permit<ViewClients>,
    id: &str,
    offline: bool,
    (first, max): (u64, u64),
) -> Result<Vec<Value>, Refusal> {
    let realm = permit.realm();
    let client = of_realm(realm, id)?;
    let page = SessionPage { first, max };
    let found = permit.identity().sessions_of_client(realm, &client.id, offline, page).await?;
    let mut told = Vec::with_capacity(found.len());
    for (session, parts) in found {
        let clients: HashMap<String, String> = parts
            .iter()
            .filter_map(|part| realm.client_by_id(&part.client))
            .map(|client| (client.id.to_string(), client.client_id.to_string()))
            .collect();
        let mut one = Map::new();
        one.insert("id".to_owned(), json!(session.id.as_str()));
        one.insert("username".to_owned(), json!(*session.username));
        one.insert("userId".to_owned(), json!(session.user.as_str()));
        one.insert("ipAddress".to_owned(), json!(session.address.map(|address| address.to_string())));
        one.insert("start".to_owned(), json!(session.started_at.0));
        one.insert("lastAccess".to_owned(), json!(session.last_seen_at.0));
        one.insert("rememberMe".to_owned(), json!(session.remember_me));
        one.insert("clients".to_owned(), json!(clients));
        one.insert("transientUser".to_owned(), json!(false));
        told.push(Value::Object(one));
    }
    Ok(told)
}
