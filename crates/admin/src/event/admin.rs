//! What administrators did.

use identity::{AdminEventQuery, Page};
use serde_json::{Map, Value, json};

use crate::{Happened, ManageEvents, Permit, Refusal, Resource, ViewEvents};

/// Stored administrative events of the realm.
///
/// # Errors
/// When the store fails.
pub async fn admin_events(
    permit: &Permit<ViewEvents>,
    query: &AdminEventQuery,
    page: Page,
) -> Result<Vec<Value>, Refusal> {
    let realm = permit.realm();
    let events = permit.identity().admin_events(realm, query, page).await?;
    Ok(events
        .into_iter()
        .map(|event| {
            let mut told = Map::new();
            told.insert("id".to_owned(), json!(event.id));
            told.insert("time".to_owned(), json!(event.time.0));
            told.insert("realmId".to_owned(), json!(realm.id.as_str()));
            let mut who = json!({
                "realmId": event.auth_realm,
                "clientId": event.auth_client,
                "userId": event.auth_user,
            });
            if let (Some(address), Value::Object(members)) = (event.auth_address, &mut who) {
                members.insert("ipAddress".to_owned(), json!(address));
            }
            told.insert("authDetails".to_owned(), who);
            told.insert("operationType".to_owned(), json!(event.operation));
            told.insert("resourceType".to_owned(), json!(event.resource));
            told.insert("resourcePath".to_owned(), json!(event.path));
            if let Some(representation) = event.representation {
                told.insert("representation".to_owned(), json!(representation));
            }
            Value::Object(told)
        })
        .collect())
}

/// Deletes all stored administrative events of the realm. That it was done is in the log alone: the list is empty, as Keycloak's.
///
/// # Errors
/// When the store fails.
pub async fn clear_admin_events(permit: &Permit<ManageEvents>) -> Result<(), Refusal> {
    note_cleared(permit, "admin-events").await?;
    Ok(permit.identity().clear_admin_events(permit.realm()).await?)
}

pub(super) async fn note_cleared(permit: &Permit<ManageEvents>, what: &str) -> Result<(), Refusal> {
    permit.change().await?.commit(Happened::deleted(Resource::Realm, what)).await
}
