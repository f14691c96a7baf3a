//! Listing realms.

use identity::Error;
use serde_json::{Map, Value, json};

use super::get::public;
use crate::{AnyAdmin, Permit, Refusal, Right, SeeRealm, ViewRealm};

/// The realms that the caller administers anything in: whole where the caller may see them, else by name. Of somebody who is not
/// of `master` it is their own.
///
/// # Errors
/// [`Refusal::Forbidden`] where there is none.
pub async fn list(permit: &Permit<AnyAdmin>, brief: bool) -> Result<Vec<Value>, Refusal> {
    let caller = permit.caller();
    let documents = if caller.is_of_master() {
        permit.identity().realm_documents().await?
    } else {
        vec![permit.identity().realm_document(&permit.realm().id).await?]
    };
    let mut listed = Vec::new();
    for document in documents {
        let Some(name) = document.get("realm").and_then(Value::as_str).map(str::to_owned) else { continue };
        let has = |roles: &[&str]| {
            if caller.is_of_master() {
                caller.has_role_of_named(&name, roles)
            } else {
                caller.has_role_of(permit.realm(), roles)
            }
        };
        if has(ViewRealm::ROLES) {
            listed.push(if brief { short(&document) } else { Value::Object(whole(permit, document).await?) });
        } else if has(SeeRealm::ROLES) {
            listed.push(json!({ "realm": name }));
        }
    }
    if listed.is_empty() { Err(Refusal::Forbidden) } else { Ok(listed) }
}

async fn whole(permit: &Permit<AnyAdmin>, document: Map<String, Value>) -> Result<Map<String, Value>, Error> {
    let name = document.get("realm").and_then(Value::as_str).unwrap_or_default();
    match permit.identity().realm(name).await? {
        Some(realm) => public(permit.identity(), &realm, document).await,
        None => Ok(document),
    }
}

fn short(document: &Map<String, Value>) -> Value {
    let members = ["id", "realm", "displayName", "displayNameHtml", "enabled"];
    members
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), document.get(*name)?.clone())))
        .collect::<Map<_, _>>()
        .into()
}
