//! Making clients.

use identity::{ClientId, Error, MASK, ScopeId};
use serde_json::{Map, Value, json};

use super::{check, defaults, secret};
use crate::mapper::settle_all;
use crate::{Change, Happened, ManageClients, Permit, Refusal, Resource, elsewhere};

/// The client scope of clients that act for themselves.
const SERVICE_ACCOUNT: &str = "service_account";

/// Makes a client of Keycloak's representation; answers its row. Without a `clientId` the row is its name.
///
/// # Errors
/// Whatever is wrong with it; nothing is made then.
pub async fn add(permit: &Permit<ManageClients>, document: Map<String, Value>) -> Result<String, Refusal> {
    elsewhere::check_client(permit, None, &document).await?;
    let mut change = permit.change().await?;
    let made = insert(permit, &mut change, document.clone()).await?;
    change.commit(Happened::created(Resource::Client, format!("clients/{made}")).with(document)).await?;
    Ok(made.to_string())
}

/// The same as a part of a larger change.
pub(crate) async fn insert(
    permit: &Permit<ManageClients>,
    change: &mut Change<'_>,
    mut document: Map<String, Value>,
) -> Result<ClientId, Refusal> {
    let realm = permit.realm();
    let id = match document.shift_remove("id") {
        Some(Value::String(id)) if !id.is_empty() && id.len() <= 255 => ClientId::from(id),
        _ => ClientId::random(permit.identity().random()),
    };
    document.entry("clientId").or_insert_with(|| json!(id.as_str()));
    let client_id = document.get("clientId").and_then(Value::as_str).unwrap_or_default().to_owned();
    check::check(&Map::from_iter([("clientId".to_owned(), json!(client_id)), protocol(&document)]), permit.plugins())?;
    for member in ["access", "registrationAccessToken", "authorizationSettings", "origin", "defaultRoles"] {
        document.shift_remove(member);
    }
    addresses(&mut document);
    defaults::fill(&mut document);
    if let Some(Value::Object(attributes)) = document.get_mut("attributes") {
        attributes.retain(|_, value| value.as_str().is_none_or(|text| !text.is_empty()));
        attributes.entry(defaults::REALM_CLIENT).or_insert_with(|| json!("false"));
    }
    if defaults::is_confidential(&document) {
        let given = document.get("secret").and_then(Value::as_str).is_some_and(|s| !s.is_empty() && s != MASK);
        if !given {
            secret::put_new(permit.identity(), &mut document);
        }
    } else {
        document.shift_remove("secret");
    }
    settle_all(permit.plugins(), &mut document)?;
    if !document.contains_key("protocolMappers") {
        birth(permit, &mut document);
    }
    check::check(&document, permit.plugins())?;
    let acts_for_itself = document.get("serviceAccountsEnabled") == Some(&Value::Bool(true));
    let says_scopes = document.contains_key("defaultClientScopes");
    scopes_that_exist(realm, &mut document);
    document.insert("id".to_owned(), json!(id.as_str()));
    match change.add_client(&realm.id, Value::Object(document)).await {
        Ok(_) => {}
        Err(Error::Conflict(_)) => return Err(Refusal::conflict(format!("Client {client_id} already exists"))),
        Err(error) => return Err(error.into()),
    }
    if acts_for_itself && !says_scopes {
        bind_service_account(realm, change, &id).await?;
    }
    Ok(id)
}

fn protocol(document: &Map<String, Value>) -> (String, Value) {
    let given = document.get("protocol").filter(|value| value.as_str().is_some_and(|text| !text.is_empty()));
    ("protocol".to_owned(), given.cloned().unwrap_or_else(|| json!("openid-connect")))
}

/// The protocol of a client's document.
pub(crate) fn protocol_of(document: &Map<String, Value>) -> String {
    protocol(document).1.as_str().unwrap_or_default().to_owned()
}

/// Lets a client that acts for itself have the scope that such clients have.
pub(super) async fn bind_service_account(
    realm: &identity::Realm,
    change: &mut Change<'_>,
    id: &ClientId,
) -> Result<(), Refusal> {
    if let Some(scope) = realm.scope_named(SERVICE_ACCOUNT) {
        let scope: ScopeId = scope.id.clone();
        change.bind_client_scope(id, &scope, false).await?;
    }
    Ok(())
}

/// Keycloak: a client that says where browsers are sent back to, and not which pages may call, means the pages there; one with a
/// root address alone is sent back to anywhere below it.
fn addresses(document: &mut Map<String, Value>) {
    let root = document.get("rootUrl").and_then(Value::as_str).unwrap_or_default().trim_end_matches('/').to_owned();
    if !document.contains_key("redirectUris") && root.contains("://") {
        document.insert("redirectUris".to_owned(), json!([format!("{root}/*")]));
    }
    if document.contains_key("webOrigins") {
        return;
    }
    let uris = document.get("redirectUris").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mut origins: Vec<String> = Vec::new();
    for uri in uris {
        let Some((scheme, rest)) = uri.split_once("://") else { continue };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let origin = format!("{scheme}://{host}");
        if matches!(scheme, "http" | "https") && !host.is_empty() && !host.contains('*') && !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    document.insert("webOrigins".to_owned(), json!(origins));
}

/// A client that says nothing of mappers gets those that its protocol gives at birth.
fn birth(permit: &Permit<ManageClients>, document: &mut Map<String, Value>) {
    let protocol = document.get("protocol").and_then(Value::as_str).unwrap_or_default();
    let Some(plugin) = permit.plugins().get(protocol) else { return };
    let seeds: Vec<Value> = plugin
        .client_birth()
        .into_iter()
        .map(|seed| {
            json!({ "name": seed.name, "protocol": seed.protocol, "protocolMapper": seed.mapper,
                "consentRequired": false, "config": seed.config })
        })
        .collect();
    if !seeds.is_empty() {
        document.insert("protocolMappers".to_owned(), Value::Array(seeds));
    }
}

/// Scopes that the realm does not have are passed over, as Keycloak does.
fn scopes_that_exist(realm: &identity::Realm, document: &mut Map<String, Value>) {
    for member in ["defaultClientScopes", "optionalClientScopes"] {
        if let Some(Value::Array(names)) = document.get_mut(member) {
            names.retain(|name| name.as_str().is_some_and(|name| realm.scope_named(name).is_some()));
        }
    }
    let defaults: Vec<Value> =
        document.get("defaultClientScopes").and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(Value::Array(optional)) = document.get_mut("optionalClientScopes") {
        optional.retain(|name| !defaults.contains(name));
    }
}
