//! Changing clients.

use identity::{Error, MASK, MapperId, MapperOwner};
use serde_json::{Map, Value, json};

use super::find::of_realm;
use super::{add, check, defaults, secret};
use crate::mapper::settle_all;
use crate::{Change, Happened, ManageClients, Permit, Refusal, Resource, elsewhere};

/// Changes a client by members of its representation: those present replace, all else stays. Attributes are merged one by one; an
/// empty one is removed. Client scopes have addresses of their own and are passed over, as Keycloak does.
///
/// # Errors
/// Whatever is wrong with it; nothing is changed then.
pub async fn change(permit: &Permit<ManageClients>, id: &str, document: Map<String, Value>) -> Result<(), Refusal> {
    elsewhere::check_client(permit, Some(of_realm(permit.realm(), id)?), &document).await?;
    let mut change = permit.change().await?;
    update(permit, &mut change, id, document.clone()).await?;
    change.commit(Happened::updated(Resource::Client, format!("clients/{id}")).with(document)).await
}

/// The same as a part of a larger change.
pub(crate) async fn update(
    permit: &Permit<ManageClients>,
    change: &mut Change<'_>,
    id: &str,
    mut patch: Map<String, Value>,
) -> Result<(), Refusal> {
    let realm = permit.realm();
    let client = of_realm(realm, id)?;
    for member in [
        "id",
        "access",
        "registrationAccessToken",
        "authorizationSettings",
        "origin",
        "defaultRoles",
        "defaultClientScopes",
        "optionalClientScopes",
    ] {
        patch.shift_remove(member);
    }
    if patch.get("secret").and_then(Value::as_str) == Some(MASK) {
        patch.shift_remove("secret");
    }
    if let Some(Value::Object(attributes)) = patch.get_mut("attributes") {
        attributes.shift_remove("client.secret.rotated");
        for value in attributes.values_mut().filter(|value| value.as_str() == Some("")) {
            *value = Value::Null;
        }
        attributes.retain(|_, value| value.as_str() != Some(MASK));
    }
    if client.client_id.as_ref() != patch.get("clientId").and_then(Value::as_str).unwrap_or(&client.client_id)
        && defaults::is_built_in(&realm.name, &client.client_id)
    {
        return Err(Refusal::described("invalid_input", "A built-in client cannot be renamed"));
    }
    let present = permit.identity().client_document(&realm.id, &client.id).await?;
    settle_all(permit.plugins(), &mut patch)?;
    let mut whole = merged(present.clone(), &patch);
    defaults::fill(&mut whole);
    check::check(&whole, permit.plugins())?;
    let has_secret = whole.get("secret").and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    if defaults::is_confidential(&whole) && !has_secret {
        secret::put_new(permit.identity(), &mut patch);
    }
    let mappers = patch.shift_remove("protocolMappers");
    match change.change_client(&client.id, Value::Object(patch)).await {
        Ok(()) => {}
        Err(Error::Conflict(_)) => return Err(Refusal::duplicate()),
        Err(error) => return Err(error.into()),
    }
    if let Some(Value::Array(given)) = mappers {
        let had = present.get("protocolMappers").and_then(Value::as_array).cloned().unwrap_or_default();
        replace_mappers(permit, change, &MapperOwner::Client(client.id.clone()), &had, given).await?;
    }
    let flag = |document: &Map<String, Value>| document.get("serviceAccountsEnabled") == Some(&Value::Bool(true));
    if flag(&whole) && !flag(&present) {
        add::bind_service_account(realm, change, &client.id).await?;
    }
    Ok(())
}

/// The document as it would be.
fn merged(mut present: Map<String, Value>, patch: &Map<String, Value>) -> Map<String, Value> {
    for (member, value) in patch {
        match (present.get_mut(member), value) {
            (Some(Value::Object(into)), Value::Object(from)) if member == "attributes" => {
                for (name, value) in from {
                    if value.is_null() {
                        into.shift_remove(name);
                    } else {
                        into.insert(name.clone(), value.clone());
                    }
                }
            }
            _ => {
                present.insert(member.clone(), value.clone());
            }
        }
    }
    present
}

/// Keycloak: a list of mappers that comes in with its owner is the whole list; mappers are told apart by their names.
async fn replace_mappers(
    permit: &Permit<ManageClients>,
    change: &mut Change<'_>,
    owner: &MapperOwner,
    had: &[Value],
    given: Vec<Value>,
) -> Result<(), Refusal> {
    let name = |mapper: &Value| mapper.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    for old in had.iter().filter(|old| !given.iter().any(|new| name(new) == name(old))) {
        let id = MapperId::from(old.get("id").and_then(Value::as_str).unwrap_or_default());
        change.remove_mapper_of(owner, &id).await?;
    }
    for new in given {
        let known = had.iter().find(|old| name(old) == name(&new));
        let Value::Object(mut new) = new else { continue };
        if let Some(id) = known.and_then(|old| old.get("id")).and_then(Value::as_str) {
            change.change_mapper(owner, &MapperId::from(id), new).await?;
        } else {
            new.shift_remove("id");
            new.entry("consentRequired").or_insert_with(|| json!(false));
            change.add_mapper_document(&permit.realm().id, owner, new).await?;
        }
    }
    Ok(())
}
