//! Links with accounts at identity providers.

use identity::{Error, FederatedIdentity};
use serde_json::{Map, Value, json};

use crate::{Happened, ManageUsers, Permit, Refusal, Resource, ViewUsers};

/// A user's links with providers that the realm has; one that goes leaves its links, and they show again when it comes back.
///
/// # Errors
/// 404.
pub async fn links(permit: &Permit<ViewUsers>, id: &str) -> Result<Vec<Value>, Refusal> {
    let user = super::find(permit, id).await?;
    let links = permit.identity().federated_identities(&user.id).await?;
    let providers = permit.realm().document.get("identityProviders").and_then(Value::as_array);
    let is_there = |alias: &str| {
        let mut all = providers.into_iter().flatten();
        all.any(|provider| provider.get("alias").and_then(Value::as_str) == Some(alias))
    };
    Ok(links
        .into_iter()
        .filter(|link| is_there(&link.provider))
        .map(|link| {
            let mut told = json!({ "identityProvider": link.provider, "userId": link.user_id });
            if let (Some(name), Value::Object(members)) = (link.username, &mut told) {
                members.insert("userName".to_owned(), json!(name));
            }
            told
        })
        .collect())
}

/// Links a user with an account at a provider, which need not be there (yet), as in Keycloak.
///
/// # Errors
/// 404; 403 for who manages more than the caller; 409 where the user has a link with this provider.
pub async fn add_link(
    permit: &Permit<ManageUsers>,
    id: &str,
    provider: &str,
    document: Map<String, Value>,
) -> Result<(), Refusal> {
    let user = super::find(permit, id).await?;
    permit.check_may_manage(&user)?;
    let text = |member: &str| document.get(member).and_then(Value::as_str).map(str::to_owned);
    let Some(user_id) = text("userId") else { return Err(Refusal::message("userId is missing")) };
    let link = FederatedIdentity { provider: provider.to_owned(), user_id, username: text("userName") };
    let mut change = permit.change().await?;
    match change.link_identity(&user.id, link).await {
        Ok(()) => {}
        Err(Error::Conflict(_)) => return Err(Refusal::conflict("User is already linked with provider")),
        Err(error) => return Err(error.into()),
    }
    let path = format!("users/{}/federated-identity/{provider}", user.id);
    change.commit(Happened::created(Resource::User, path).with(document)).await
}

/// Ends a link.
///
/// # Errors
/// 404 without one; 403 for who manages more than the caller.
pub async fn remove_link(permit: &Permit<ManageUsers>, id: &str, provider: &str) -> Result<(), Refusal> {
    let user = super::find(permit, id).await?;
    permit.check_may_manage(&user)?;
    let mut change = permit.change().await?;
    if provider.contains('\0') || !change.unlink_identity(&user.id, provider).await? {
        return Err(Refusal::not_found("Link not found"));
    }
    let path = format!("users/{}/federated-identity/{provider}", user.id);
    change.commit(Happened::deleted(Resource::User, path)).await
}
