//! Making components.

use identity::{Error, MASK, NewKey};
use serde_json::{Map, Value, json};

use super::{KEYS, tree};
use crate::{Happened, ManageRealm, Permit, Refusal, Resource, server_info};

/// Components of one realm.
const MAX_COMPONENTS: usize = 5_000;

/// Makes a component; a key provider that generates its key makes it now. Answers its id.
///
/// # Errors
/// 400 for a type or provider that nobody knows, and for a configuration that makes no sense.
pub async fn add(permit: &Permit<ManageRealm>, document: Map<String, Value>) -> Result<String, Refusal> {
    let realm = permit.realm();
    let given = |member: &str| document.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (kind, provider) = (given("providerType"), given("providerId"));
    if !server_info::knows_component(&kind, &provider) {
        return Err(Refusal::error("Invalid provider type or no such provider"));
    }
    let name = if given("name").is_empty() { provider.clone() } else { given("name") };
    let config = match document.get("config") {
        Some(Value::Object(config)) => config.clone(),
        _ => Map::new(),
    };
    let id = match given("id") {
        id if id.is_empty() || id.len() > 255 => crypto::random::uuid(permit.identity().random()).to_string(),
        id => id,
    };
    let key: Option<NewKey> = if kind == KEYS {
        match permit.identity().generate_key(realm, &name, &provider, &config).await {
            Ok(key) => Some(NewKey { id: Some(id.as_str().into()), ..key }),
            Err(Error::Refused(words)) => return Err(Refusal::message(words)),
            Err(Error::NotFound(_)) => {
                let member = if provider == "java-keystore" { "keystore" } else { "privateKey" };
                if !config.contains_key(member) {
                    return Err(Refusal::message("'Private RSA Key' is required"));
                }
                None
            }
            Err(error) => return Err(error.into()),
        }
    } else {
        None
    };
    check(&kind, &provider, &config)?;
    let parent = given("parentId");
    let parent = (!parent.is_empty() && parent != realm.id.as_str() && parent != *realm.name).then_some(parent);
    let mut change = permit.change().await?;
    if let Some(key) = key {
        change.add_key(&realm.id, key).await?;
    } else {
        let mut new = Map::new();
        new.insert("id".to_owned(), json!(id));
        new.insert("name".to_owned(), json!(name));
        new.insert("providerId".to_owned(), json!(provider));
        if let Some(sub_type) = document.get("subType") {
            new.insert("subType".to_owned(), sub_type.clone());
        }
        new.insert("subComponents".to_owned(), json!({}));
        new.insert("config".to_owned(), Value::Object(without_masks(config)));
        change
            .edit_realm(&realm.id, |whole| {
                let Value::Object(components) = whole.entry("components").or_insert_with(|| json!({})) else {
                    return Err(Refusal::Store(Error::fault("components are no object")));
                };
                let all = tree::flat(components, "");
                if all.len() >= MAX_COMPONENTS || all.iter().any(|one| one.get("id") == Some(&json!(id))) {
                    return Err(Refusal::conflict("Component already exists"));
                }
                if tree::put(components, parent.as_deref(), &kind, Value::Object(new)) {
                    Ok(())
                } else {
                    Err(Refusal::not_found("Could not find parent component"))
                }
            })
            .await?;
    }
    change.commit(Happened::created(Resource::Component, format!("components/{id}")).with(document)).await?;
    Ok(id)
}

fn without_masks(mut config: Map<String, Value>) -> Map<String, Value> {
    config.retain(|_, value| value.as_array().and_then(|list| list.first()).and_then(Value::as_str) != Some(MASK));
    config
}

/// What every provider of a type insists on.
pub(super) fn check(kind: &str, provider: &str, config: &Map<String, Value>) -> Result<(), Refusal> {
    let has = |name: &str| {
        let first = config.get(name).and_then(Value::as_array).and_then(|list| list.first()).and_then(Value::as_str);
        first.is_some_and(|text| !text.is_empty())
    };
    if kind == "org.keycloak.storage.UserStorageProvider" && provider == "ldap" {
        for (setting, words) in
            [("editMode", "Edit Mode is mandatory"), ("connectionUrl", "Connection URL is mandatory")]
        {
            if !has(setting) {
                return Err(Refusal::message(words));
            }
        }
    }
    Ok(())
}
