//! Sessions of a realm and of its clients.

use identity::{Client, ClientId, SessionId, SessionPage};
use serde_json::{Value, json};
use std::sync::Arc;

use crate::user::shown_sessions;
use crate::{Happened, ManageRealm, ManageUsers, Permit, Refusal, Resource, Right, ViewClients, ViewRealm};

/// How many sessions each client has a part in; clients without any are left out.
///
/// # Errors
/// When the store fails.
pub async fn client_stats(permit: &Permit<ViewRealm>) -> Result<Vec<Value>, Refusal> {
    let realm = permit.realm();
    let counts = permit.identity().session_counts(realm).await?;
    let mut stats: Vec<(&str, Value)> = counts
        .iter()
        .filter_map(|(id, count)| {
            let client = realm.client_by_id(id)?;
            // Numbers are texts here, in Keycloak too.
            let told = json!({
                "id": id.as_str(),
                "clientId": &*client.client_id,
                "active": count.active.to_string(),
                "offline": count.offline.to_string(),
            });
            Some((&*client.client_id, told))
        })
        .collect();
    stats.sort_by_key(|(name, _)| *name);
    Ok(stats.into_iter().map(|(_, told)| told).collect())
}

/// Sessions that a client has a part in, the newest first.
///
/// # Errors
/// 404.
pub async fn of_client(
    permit: &Permit<ViewClients>,
    client: &str,
    offline: bool,
    page: SessionPage,
) -> Result<Vec<Value>, Refusal> {
    let client = find(permit, client)?;
    let sessions = permit.identity().sessions_of_client(permit.realm(), &client.id, offline, page).await?;
    Ok(shown_sessions(permit.realm(), sessions))
}

/// How many there are.
///
/// # Errors
/// 404.
pub async fn count_of_client(permit: &Permit<ViewClients>, client: &str, offline: bool) -> Result<Value, Refusal> {
    let client = find(permit, client)?;
    let count = permit.identity().count_sessions(permit.realm(), Some(&client.id), offline).await?;
    Ok(json!({ "count": count }))
}

fn find<'p, R: Right>(permit: &'p Permit<R>, id: &str) -> Result<&'p Arc<Client>, Refusal> {
    permit.realm().client_by_id(&ClientId::from(id)).ok_or_else(|| Refusal::not_found("Could not find client"))
}

/// Closes a session with all that clients have in it.
///
/// # Errors
/// 404, in Keycloak's spelling.
pub async fn close(permit: &Permit<ManageUsers>, id: &str, offline: bool) -> Result<(), Refusal> {
    let missing = || Refusal::not_found("Sesssion not found");
    let (realm, identity) = (permit.realm(), permit.identity());
    let session: SessionId = id.parse().map_err(|_| missing())?;
    let closed = if offline {
        identity.close_offline_session(realm, &session).await?
    } else {
        identity.close_session(realm, &session).await?
    };
    if !closed {
        return Err(missing());
    }
    permit.change().await?.commit(Happened::deleted(Resource::UserSession, format!("sessions/{id}"))).await
}

/// Closes all sessions of the realm but offline ones, and takes no token any more that was issued before now.
///
/// # Errors
/// When the store fails.
pub async fn log_out_all(permit: &Permit<ManageUsers>) -> Result<Value, Refusal> {
    let (realm, identity) = (permit.realm(), permit.identity());
    let now = identity.clock().now().seconds();
    let mut change = permit.change().await?;
    change.change_realm(&realm.id, json!({ "notBefore": now })).await?;
    change.commit(Happened::action(Resource::Realm, "logout-all")).await?;
    identity.close_all_sessions(realm).await?;
    Ok(json!({}))
}

/// Tells applications of the realm's not-before. None here registers an address for that, as in Keycloak without its old adapters.
///
/// # Errors
/// When the store fails.
pub async fn push_revocation(permit: &Permit<ManageRealm>) -> Result<Value, Refusal> {
    permit.change().await?.commit(Happened::action(Resource::Realm, "push-revocation")).await?;
    Ok(json!({}))
}
