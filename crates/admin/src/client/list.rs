//! Listing clients.

use serde_json::{Map, Value};

use super::represented;
use crate::{ListClients, Permit, Refusal, ViewClients};

/// Which clients to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClientQuery<'q> {
    /// The `clientId`, or a part of it.
    pub client_id: Option<&'q str>,
    /// Whether a part will do.
    pub search: bool,
    /// A search for attributes (`name:value`).
    pub attributes: Option<&'q str>,
}

/// The clients of a realm, by `clientId`. Who may only ask for clients sees none.
///
/// # Errors
/// 400 for attributes, none of which is open to searching, as in a Keycloak that was not told otherwise.
pub async fn list(permit: &Permit<ListClients>, query: ClientQuery<'_>) -> Result<Vec<Value>, Refusal> {
    if let Some(attributes) = query.attributes {
        let names: Vec<&str> = attributes.split_whitespace().filter_map(|one| Some(one.split_once(':')?.0)).collect();
        if !names.is_empty() {
            let words = format!("Attributes [{}] not allowed for search", names.join(", "));
            return Err(Refusal::described("invalid_request", words));
        }
    }
    if !permit.also::<ViewClients>() {
        return Ok(Vec::new());
    }
    let realm = permit.realm();
    let mut documents = match query.client_id {
        Some(client_id) if !query.search => match realm.client(client_id) {
            Some(client) => vec![permit.identity().client_document(&realm.id, &client.id).await?],
            None => Vec::new(),
        },
        _ => permit.identity().client_documents(&realm.id).await?,
    };
    if let (Some(part), true) = (query.client_id, query.search) {
        let part = part.to_lowercase();
        documents.retain(|document| name(document).to_lowercase().contains(&part));
    }
    documents.sort_by(|a, b| name(a).cmp(name(b)));
    Ok(documents.into_iter().map(|document| Value::Object(represented(permit, document))).collect())
}

fn name(document: &Map<String, Value>) -> &str {
    document.get("clientId").and_then(Value::as_str).unwrap_or_default()
}
