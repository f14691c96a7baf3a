//! What a user has consented to.

use std::collections::BTreeMap;

use identity::{ClientId, SessionPage};
use serde_json::{Value, json};

use crate::{Happened, ManageUsers, Permit, Refusal, Resource, ViewUsers};

/// A user's consents, and the clients that hold offline tokens of theirs.
///
/// # Errors
/// 404.
pub async fn consents(permit: &Permit<ViewUsers>, id: &str) -> Result<Vec<Value>, Refusal> {
    let user = super::find(permit, id).await?;
    let (realm, identity) = (permit.realm(), permit.identity());
    let page = SessionPage { first: 0, max: 1_000 };
    let mut offline: BTreeMap<ClientId, i64> = BTreeMap::new();
    for (session, parts) in identity.sessions_of_user(realm, &user.id, true, page).await? {
        for part in parts {
            offline.entry(part.client).or_insert(session.started_at.0);
        }
    }
    let mut told = Vec::new();
    for consent in identity.consents_of_user(realm, &user.id).await? {
        let Some(client) = realm.client_by_id(&consent.client) else { continue };
        let grants = grants(offline.remove(&consent.client).is_some(), &client.id);
        let named =
            |id: &identity::ScopeId| realm.scopes().find(|scope| scope.id == *id).map(|scope| scope.name.to_string());
        let scopes: Vec<String> = consent.scopes.iter().filter_map(named).collect();
        told.push(json!({
            "clientId": &*client.client_id,
            "grantedClientScopes": scopes,
            "createdDate": consent.created_at.0,
            "lastUpdatedDate": consent.updated_at.0,
            "additionalGrants": grants,
        }));
    }
    for (id, _) in offline {
        let Some(client) = realm.client_by_id(&id) else { continue };
        told.push(json!({
            "clientId": &*client.client_id,
            "grantedClientScopes": [],
            "createdDate": null,
            "lastUpdatedDate": null,
            "additionalGrants": grants(true, &id),
        }));
    }
    Ok(told)
}

fn grants(offline: bool, client: &ClientId) -> Vec<Value> {
    if offline { vec![json!({ "client": client.as_str(), "key": "Offline Token" })] } else { Vec::new() }
}

/// Takes a user's consent towards a client back, and with it the client's part of all their sessions.
///
/// # Errors
/// 404 without consent and offline token; 403 for who manages more than the caller.
pub async fn revoke_consent(permit: &Permit<ManageUsers>, id: &str, client_id: &str) -> Result<(), Refusal> {
    let user = super::find(permit, id).await?;
    permit.check_may_manage(&user)?;
    let realm = permit.realm();
    let client = realm.client(client_id).ok_or_else(|| Refusal::not_found("Client not found"))?;
    let path = format!("users/{}/consents/{client_id}", user.id);
    // The consent's own commit comes first: an event of something that did not happen would be worse than none.
    if !permit.identity().revoke_consent(realm, &user.id, &client.id).await? {
        return Err(Refusal::not_found("Consent nor offline token not found"));
    }
    permit.change().await?.commit(Happened::action(Resource::User, path)).await
}
