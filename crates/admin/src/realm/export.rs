//! A realm as a file, without its users and without secrets.

use identity::masked;
use serde_json::{Value, json};

use crate::{ManageRealm, Permit, Refusal, ViewClients, ViewUsers};

/// A realm's document as a realm file has it: always its settings, scopes, flows and components; clients, and groups with roles,
/// where they are asked for. Secrets are masked.
///
/// # Errors
/// 403 where the caller may not see what is asked for.
pub async fn partial_export(
    permit: &Permit<ManageRealm>,
    clients: bool,
    groups_and_roles: bool,
) -> Result<Value, Refusal> {
    if clients {
        drop(permit.to::<ViewClients>()?);
    }
    if groups_and_roles {
        drop(permit.to::<ViewUsers>()?);
    }
    let mut document = permit.identity().realm_without_users(&permit.realm().name).await?;
    let mut without = vec!["federatedUsers", "users"];
    if !clients {
        without.extend(["clients", "clientScopeMappings"]);
    }
    if !groups_and_roles {
        without.extend(["groups", "roles"]);
    }
    document.retain(|member, _| !without.contains(&member.as_str()));
    for member in ["identityProviders", "identityProviderMappers", "authenticatorConfig"] {
        document.entry(member).or_insert_with(|| json!([]));
    }
    document.entry("requiredCredentials").or_insert_with(|| json!(["password"]));
    document.entry("keycloakVersion").or_insert_with(|| json!(crate::server_info::KEYCLOAK));
    Ok(masked(Value::Object(document)))
}
