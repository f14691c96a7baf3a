//! Changing a group.

use identity::GroupChange;
use serde_json::{Map, Value};

use super::add::taken;
use crate::{Happened, ManageUsers, Permit, Refusal, Resource};

/// Changes a group's name, description and attributes, as far as they are given; a set of attributes replaces the one there was.
///
/// # Errors
/// 404; 400 without a name; 409 where the name is taken.
pub async fn change(permit: &Permit<ManageUsers>, id: &str, document: Map<String, Value>) -> Result<(), Refusal> {
    let id = super::find(permit, id)?;
    let name = document.get("name").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    if name.is_empty() {
        return Err(Refusal::message("Group name is missing"));
    }
    // Rules of protocols may name a group by its path: under another one, they would speak for others.
    let realm = permit.realm();
    for role in realm.roles_with_group(&id) {
        permit.check_may_grant(role)?;
    }
    let mut rest = Map::new();
    for member in ["attributes", "description"] {
        if let Some(value) = document.get(member) {
            rest.insert(member.to_owned(), value.clone());
        }
    }
    let mut change = permit.change().await?;
    let told = GroupChange { name: Some(name.clone()), document: rest };
    let done = change.change_group(&id, told).await;
    // Keycloak calls the top groups siblings, too, once they are there.
    done.map_err(|error| taken(error, true, &name))?;
    change.commit(Happened::updated(Resource::Group, format!("groups/{id}")).with(document)).await
}
