//! Client scopes that new clients get.

use serde_json::{Map, Value, json};

use super::of_realm;
use crate::{Happened, ManageClients, Permit, Refusal, Resource, ViewClients};

const DEFAULT: &str = "defaultDefaultClientScopes";
const OPTIONAL: &str = "defaultOptionalClientScopes";

/// Those that new clients get by default, or on request.
#[must_use]
pub fn defaults(permit: &Permit<ViewClients>, optional: bool) -> Vec<Value> {
    let realm = permit.realm();
    let names = realm.member(if optional { OPTIONAL } else { DEFAULT }).and_then(Value::as_array);
    let is_listed = |name: &str| names.is_some_and(|names| names.iter().any(|known| known == name));
    let listed = realm.scopes().filter(|scope| is_listed(&scope.name));
    listed.map(|scope| json!({ "id": scope.id.as_str(), "name": *scope.name, "protocol": *scope.protocol })).collect()
}

/// Lets new clients get a scope; one that they get in the other way is got in this way from now on.
///
/// # Errors
/// 404 where the realm has no such scope.
pub async fn add_default(permit: &Permit<ManageClients>, id: &str, optional: bool) -> Result<(), Refusal> {
    edit(permit, id, optional, true).await
}

/// Ends it.
///
/// # Errors
/// 404 where the realm has no such scope.
pub async fn remove_default(permit: &Permit<ManageClients>, id: &str, optional: bool) -> Result<(), Refusal> {
    edit(permit, id, optional, false).await
}

async fn edit(permit: &Permit<ManageClients>, id: &str, optional: bool, add: bool) -> Result<(), Refusal> {
    let realm = permit.realm();
    let name = of_realm(realm, id, "Client scope not found")?.name.to_string();
    let (here, there) = if optional { (OPTIONAL, DEFAULT) } else { (DEFAULT, OPTIONAL) };
    let mut change = permit.change().await?;
    change
        .edit_realm(&realm.id, |document: &mut Map<String, Value>| {
            drop_name(document, here, &name);
            if add {
                drop_name(document, there, &name);
                if let Value::Array(list) = document.entry(here).or_insert_with(|| json!([])) {
                    list.push(json!(name));
                }
            }
            Ok::<_, Refusal>(())
        })
        .await?;
    let way = if optional { "default-optional-client-scopes" } else { "default-default-client-scopes" };
    let path = format!("{way}/{id}");
    let happened = if add {
        Happened::created(Resource::ClientScope, path)
    } else {
        Happened::deleted(Resource::ClientScope, path)
    };
    change.commit(happened).await
}

fn drop_name(document: &mut Map<String, Value>, member: &str, name: &str) {
    if let Some(Value::Array(list)) = document.get_mut(member) {
        list.retain(|known| known != name);
    }
}
