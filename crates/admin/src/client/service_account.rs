//! The user that a client acts as.

use serde_json::{Value, json};

use super::find::of_realm;
use crate::{Permit, Refusal, ViewClients};

/// The service account as Keycloak represents users here; it is made at first need.
///
/// # Errors
/// 404 where the realm has no such client, 400 where it does not act for itself.
pub async fn service_account_user(permit: &Permit<ViewClients>, id: &str) -> Result<Value, Refusal> {
    let realm = permit.realm();
    let client = of_realm(realm, id)?;
    if !client.service_accounts {
        let words = format!("Service account not enabled for the client '{}'", client.client_id);
        return Err(Refusal::error(words));
    }
    // Whether the client or the account is switched off says nothing about who it is.
    let user = permit.identity().service_account_of(realm, client).await?;
    Ok(json!({
        "id": user.id.as_str(), "username": user.username, "emailVerified": false, "enabled": user.enabled,
        "totp": false, "disableableCredentialTypes": [], "requiredActions": user.required_actions,
        "notBefore": user.not_before,
    }))
}
