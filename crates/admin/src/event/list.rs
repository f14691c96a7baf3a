//! What users and applications did.

use identity::EventQuery;
use serde_json::{Map, Value, json};

use crate::{ManageEvents, Permit, Refusal, ViewEvents};

/// Stored events of the realm.
///
/// # Errors
/// When the store fails.
pub async fn events(permit: &Permit<ViewEvents>, query: EventQuery) -> Result<Vec<Value>, Refusal> {
    let (realm, identity) = (permit.realm(), permit.identity());
    // Whoever looks wants to see what was just done.
    identity.flush_events().await;
    let events = identity.stored_events(realm, query).await?;
    Ok(events
        .into_iter()
        .map(|(id, event)| {
            let mut told = Map::new();
            told.insert("id".to_owned(), json!(id));
            told.insert("time".to_owned(), json!(event.time.0));
            told.insert("type".to_owned(), json!(event.kind));
            told.insert("realmId".to_owned(), json!(realm.id.as_str()));
            let optional = [
                ("clientId", event.client),
                ("userId", event.user.map(|user| user.to_string())),
                ("sessionId", event.session),
                ("ipAddress", event.address.map(|address| address.to_string())),
                ("error", event.error.map(std::borrow::Cow::into_owned)),
            ];
            for (name, value) in optional {
                if let Some(value) = value {
                    told.insert(name.to_owned(), json!(value));
                }
            }
            if !event.details.is_empty() {
                let details: Map<String, Value> =
                    event.details.into_iter().map(|(name, value)| (name.into_owned(), json!(value))).collect();
                told.insert("details".to_owned(), Value::Object(details));
            }
            Value::Object(told)
        })
        .collect())
}

/// Deletes all stored events of the realm.
///
/// # Errors
/// When the store fails.
pub async fn clear_events(permit: &Permit<ManageEvents>) -> Result<(), Refusal> {
    permit.identity().clear_events(permit.realm()).await?;
    super::admin::note_cleared(permit, "events").await
}
