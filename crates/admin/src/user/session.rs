//! A user's sessions.

use identity::{ClientSession, Realm, SessionPage, UserSession};
use serde_json::{Map, Value, json};

use crate::{Permit, Refusal, ViewUsers};

/// A user's sessions, the newest first.
///
/// # Errors
/// 404.
pub async fn sessions(permit: &Permit<ViewUsers>, id: &str) -> Result<Vec<Value>, Refusal> {
    let user = super::find(permit, id).await?;
    let page = SessionPage { first: 0, max: 1_000 };
    let sessions = permit.identity().sessions_of_user(permit.realm(), &user.id, false, page).await?;
    Ok(shown(permit.realm(), sessions))
}

/// A user's offline sessions that a client has a part in, the newest first.
///
/// # Errors
/// 404.
pub async fn offline_sessions(permit: &Permit<ViewUsers>, id: &str, client: &str) -> Result<Vec<Value>, Refusal> {
    let user = super::find(permit, id).await?;
    let client = super::client(permit, client)?;
    let page = SessionPage { first: 0, max: 1_000 };
    let mut sessions = permit.identity().sessions_of_user(permit.realm(), &user.id, true, page).await?;
    sessions.retain(|(_, parts)| parts.iter().any(|part| part.client == client.id));
    Ok(shown(permit.realm(), sessions))
}

/// Sessions as Keycloak's UserSessionRepresentation.
pub(crate) fn shown(realm: &Realm, sessions: Vec<(UserSession, Vec<ClientSession>)>) -> Vec<Value> {
    sessions
        .into_iter()
        .map(|(session, parts)| {
            let clients: Map<String, Value> = parts
                .iter()
                .filter_map(|part| realm.client_by_id(&part.client))
                .map(|client| (client.id.to_string(), json!(&*client.client_id)))
                .collect();
            json!({
                "id": session.id.as_str(),
                "username": &*session.username,
                "userId": session.user.as_str(),
                "ipAddress": session.address.map(|address| address.to_string()).unwrap_or_default(),
                "start": session.started_at.0,
                "lastAccess": session.last_seen_at.0,
                "rememberMe": session.remember_me,
                "clients": clients,
                "transientUser": false,
            })
        })
        .collect()
}
