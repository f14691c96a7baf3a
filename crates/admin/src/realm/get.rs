//! A realm's settings.

use std::sync::Arc;

use identity::{Error, Identity, Realm, masked};
use serde_json::{Map, Value, json};

use crate::{ListUsers, Permit, Refusal, SeeRealm, ViewIdentityProviders, ViewRealm};

/// Members that have addresses of their own: they are no settings, and Keycloak shows them in exports alone.
pub(crate) const PARTS: [&str; 20] = [
    "authenticationFlows",
    "authenticatorConfig",
    "clientScopeMappings",
    "clientScopes",
    "clients",
    "components",
    "defaultDefaultClientScopes",
    "defaultOptionalClientScopes",
    "federatedUsers",
    "groups",
    "identityProviderMappers",
    "identityProviders",
    "keycloakVersion",
    "localizationTexts",
    "organizations",
    "protocolMappers",
    "requiredActions",
    "roles",
    "scopeMappings",
    "users",
];

/// A realm as the caller may see it: its settings, or little more than its name.
///
/// # Errors
/// When the store fails.
pub async fn get(permit: &Permit<SeeRealm>) -> Result<Value, Refusal> {
    let realm = permit.realm();
    if permit.also::<ViewRealm>() {
        let document = permit.identity().realm_document(&realm.id).await?;
        return Ok(Value::Object(public(permit.identity(), realm, document).await?));
    }
    let mut seen = Map::new();
    seen.insert("realm".to_owned(), json!(*realm.name));
    let mut show = |members: &[&str]| {
        for member in members {
            if let Some(value) = realm.member(member) {
                seen.insert((*member).to_owned(), value.clone());
            }
        }
    };
    if permit.also::<ListUsers>() {
        show(&["registrationEmailAsUsername", "editUsernameAllowed", "bruteForceProtected", "organizationsEnabled"]);
    }
    if permit.also::<ViewIdentityProviders>() {
        show(&["identityProviders"]);
    }
    Ok(masked(Value::Object(seen)))
}

/// The settings of a whole realm document, its secrets masked.
pub(crate) async fn public(
    identity: &Identity,
    realm: &Arc<Realm>,
    mut document: Map<String, Value>,
) -> Result<Map<String, Value>, Error> {
    document.retain(|member, _| !PARTS.contains(&member.as_str()));
    let default_role = document.get("defaultRole").and_then(|role| role.get("name")).and_then(Value::as_str);
    if let Some(id) = default_role.and_then(|name| realm.role_named(name)) {
        let role = identity.role_document(realm, id).await?;
        document.insert("defaultRole".to_owned(), Value::Object(role.brief()));
    }
    document.entry("requiredCredentials").or_insert_with(|| json!(["password"]));
    match masked(Value::Object(document)) {
        Value::Object(document) => Ok(document),
        _ => Ok(Map::new()),
    }
}
