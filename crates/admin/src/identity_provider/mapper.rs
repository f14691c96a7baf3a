//! Mappers of identity providers.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::{MAPPERS, PROVIDERS, list_of, missing};
use crate::flow::text;
use crate::{Happened, ManageIdentityProviders, Permit, Refusal, Resource, ViewIdentityProviders};

const GONE: &str = "Model not found";

static TYPES: OnceLock<Value> = OnceLock::new();

fn types() -> &'static Value {
    TYPES.get_or_init(|| serde_json::from_str(include_str!("mapper_types.json")).unwrap_or_default())
}

fn check_provider<R: crate::Right>(permit: &Permit<R>, alias: &str) -> Result<String, Refusal> {
    let all = permit.realm().member(PROVIDERS).and_then(Value::as_array);
    let found = all.into_iter().flatten().find(|provider| text(provider, "alias") == alias);
    found.map(|provider| text(provider, "providerId").to_owned()).ok_or_else(missing)
}

/// Kinds of mapper that a provider may have, by id.
///
/// # Errors
/// 404 where there is no such provider.
pub fn mapper_types(permit: &Permit<ViewIdentityProviders>, alias: &str) -> Result<Value, Refusal> {
    check_provider(permit, alias)?;
    let mut told = Map::new();
    for (id, kind) in types().as_object().into_iter().flatten() {
        let properties: Vec<Value> = kind
            .get("properties")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|name| json!({ "name": name, "label": name, "type": "String", "secret": false, "required": false, "readOnly": false }))
            .collect();
        let one = json!({
            "id": id, "name": text(kind, "name"), "category": text(kind, "category"), "helpText": text(kind, "name"),
            "properties": properties,
        });
        told.insert(id.clone(), one);
    }
    Ok(Value::Object(told))
}

/// The mappers of a provider.
///
/// # Errors
/// 404 where there is no such provider.
pub fn mappers(permit: &Permit<ViewIdentityProviders>, alias: &str) -> Result<Vec<Value>, Refusal> {
    check_provider(permit, alias)?;
    let all = permit.realm().member(MAPPERS).and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(all.into_iter().filter(|mapper| text(mapper, "identityProviderAlias") == alias).collect())
}

/// One of them.
///
/// # Errors
/// 404.
pub fn mapper(permit: &Permit<ViewIdentityProviders>, alias: &str, id: &str) -> Result<Value, Refusal> {
    let found = mappers(permit, alias)?.into_iter().find(|mapper| text(mapper, "id") == id);
    found.ok_or_else(|| Refusal::not_found(GONE))
}

/// Gives a provider a mapper; answers its id.
///
/// # Errors
/// 404 where there is no such provider, 400 for a name that is taken (Keycloak's status for it).
pub async fn add_mapper(
    permit: &Permit<ManageIdentityProviders>,
    alias: &str,
    document: Map<String, Value>,
) -> Result<String, Refusal> {
    let provider = check_provider(permit, alias)?;
    let name = document.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let refused = || Refusal::message(format!("Failed to add mapper '{name}' to identity provider [{provider}]."));
    if name.is_empty() || name.len() > 255 {
        return Err(refused());
    }
    let id = crypto::random::uuid(permit.identity().random()).to_string();
    let mut new = document.clone();
    new.insert("id".to_owned(), json!(id));
    new.insert("identityProviderAlias".to_owned(), json!(alias));
    new.entry("config").or_insert_with(|| json!({}));
    let mut change = permit.change().await?;
    change
        .edit_realm(&permit.realm().id, |whole| {
            let all = list_of(whole, MAPPERS)?;
            if all.iter().any(|known| text(known, "identityProviderAlias") == alias && text(known, "name") == name) {
                return Err(refused());
            }
            all.push(Value::Object(new));
            Ok(())
        })
        .await?;
    let path = format!("identity-provider/instances/{alias}/mappers/{id}");
    change.commit(Happened::created(Resource::IdentityProviderMapper, path).with(document)).await?;
    Ok(id)
}

/// Changes a mapper.
///
/// # Errors
/// 404.
pub async fn change_mapper(
    permit: &Permit<ManageIdentityProviders>,
    alias: &str,
    id: &str,
    document: Map<String, Value>,
) -> Result<(), Refusal> {
    check_provider(permit, alias)?;
    let mut change = permit.change().await?;
    change
        .edit_realm(&permit.realm().id, |whole| {
            let found = list_of(whole, MAPPERS)?
                .iter_mut()
                .find(|known| text(known, "id") == id && text(known, "identityProviderAlias") == alias);
            let Some(Value::Object(known)) = found else { return Err(Refusal::not_found(GONE)) };
            let mut patch = document.clone();
            for member in ["id", "identityProviderAlias"] {
                patch.shift_remove(member);
            }
            known.extend(patch);
            Ok(())
        })
        .await?;
    let path = format!("identity-provider/instances/{alias}/mappers/{id}");
    change.commit(Happened::updated(Resource::IdentityProviderMapper, path).with(document)).await
}

/// Removes a mapper.
///
/// # Errors
/// 404.
pub async fn remove_mapper(permit: &Permit<ManageIdentityProviders>, alias: &str, id: &str) -> Result<(), Refusal> {
    check_provider(permit, alias)?;
    let mut change = permit.change().await?;
    change
        .edit_realm(&permit.realm().id, |whole| {
            let all = list_of(whole, MAPPERS)?;
            let before = all.len();
            all.retain(|known| text(known, "id") != id || text(known, "identityProviderAlias") != alias);
            if all.len() == before { Err(Refusal::not_found(GONE)) } else { Ok(()) }
        })
        .await?;
    let path = format!("identity-provider/instances/{alias}/mappers/{id}");
    change.commit(Happened::deleted(Resource::IdentityProviderMapper, path)).await
}
