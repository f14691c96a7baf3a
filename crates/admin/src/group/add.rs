//! Making groups, and putting them elsewhere.

use http::StatusCode;
use identity::{Error, GroupId, NewGroup};
use serde_json::{Map, Value, json};

use super::represent::{Shape, group};
use crate::{Happened, ManageUsers, Permit, Refusal, Resource, Words};

/// What became of a group that was sent to a place.
#[derive(Debug)]
pub enum Placed {
    /// It was made; its id, and the group.
    Made(GroupId, Value),
    /// It was there, and stands there now.
    Moved,
}

/// Makes a top group of a representation; one with the id of a group that is there puts that one at the top.
///
/// # Errors
/// 400 without a name; 404 for an id that leads nowhere; 409 where the name is taken.
pub async fn add(permit: &Permit<ManageUsers>, document: Map<String, Value>) -> Result<Placed, Refusal> {
    place(permit, None, document).await
}

/// The same below a group.
///
/// # Errors
/// As [`add`]; 404 without the group above.
pub async fn add_child(
    permit: &Permit<ManageUsers>,
    parent: &str,
    document: Map<String, Value>,
) -> Result<Placed, Refusal> {
    let parent = super::find(permit, parent)?;
    place(permit, Some(&parent), document).await
}

async fn place(
    permit: &Permit<ManageUsers>,
    parent: Option<&GroupId>,
    document: Map<String, Value>,
) -> Result<Placed, Refusal> {
    let name = document.get("name").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    if name.is_empty() {
        return Err(Refusal::message("Group name is missing"));
    }
    let whole = |id: &GroupId| match parent {
        Some(parent) => format!("groups/{parent}/children/{id}"),
        None => format!("groups/{id}"),
    };
    if let Some(id) = document.get("id").and_then(Value::as_str) {
        let id = super::find(permit, id)?;
        check_brings(permit, &id, parent)?;
        let mut change = permit.change().await?;
        match change.move_group(&id, parent).await {
            Ok(()) => {}
            Err(Error::Refused(why)) => {
                return Err(Refusal::status(StatusCode::BAD_REQUEST, Words::Message(why.into())));
            }
            Err(error) => {
                return Err(taken(error, parent.is_some(), permit.realm().group_name(&id).unwrap_or_default()));
            }
        }
        let path = whole(&id);
        change.commit(Happened::updated(Resource::Group, path).with(document)).await?;
        return Ok(Placed::Moved);
    }
    let mut rest = Map::new();
    for member in ["attributes", "description"] {
        if let Some(value) = document.get(member) {
            rest.insert(member.to_owned(), value.clone());
        }
    }
    let new = NewGroup { id: None, parent: parent.cloned(), name: name.clone(), document: Value::Object(rest) };
    let mut change = permit.change().await?;
    let realm = permit.realm().id.clone();
    let id = match change.add_group(&realm, new).await {
        Ok(id) => id,
        Err(error) => return Err(taken(error, parent.is_some(), &name)),
    };
    let path = whole(&id);
    change.commit(Happened::created(Resource::Group, path).with(document)).await?;
    Ok(Placed::Made(id.clone(), shown(permit, &id).await?))
}

/// The group as it is now: the permit's snapshot is older.
async fn shown(permit: &Permit<ManageUsers>, id: &GroupId) -> Result<Value, Refusal> {
    let realm = permit.identity().realm(&permit.realm().name).await?;
    let Some(realm) = realm else { return Ok(json!({ "id": id.as_str() })) };
    let now = permit.elsewhere::<ManageUsers>(&realm)?;
    let documents = now.identity().group_documents(&realm, std::slice::from_ref(id)).await?;
    let shape = Shape { count: false, ..Shape::whole(false) };
    Ok(Value::Object(group(&now, &documents, id, shape)))
}

/// A group that is put below another brings its members what that one brings: that must be the caller's to give (A74).
fn check_brings(permit: &Permit<ManageUsers>, id: &GroupId, parent: Option<&GroupId>) -> Result<(), Refusal> {
    let realm = permit.realm();
    let above = parent.into_iter().flat_map(|parent| realm.roles_with_group(parent));
    for role in realm.roles_with_group(id).chain(above) {
        permit.check_may_grant(role)?;
    }
    Ok(())
}

/// Who has a name already.
pub(super) fn taken(error: Error, below: bool, name: &str) -> Refusal {
    match error {
        Error::Conflict(_) if below => Refusal::conflict(format!("Sibling group named '{name}' already exists.")),
        Error::Conflict(_) => Refusal::conflict(format!("Top level group named '{name}' already exists.")),
        error => error.into(),
    }
}
