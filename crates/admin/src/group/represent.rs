//! Groups as Keycloak's GroupRepresentation.

use std::collections::{BTreeMap, HashMap};

use identity::{GroupId, Realm};
use serde_json::{Map, Value, json};

use crate::{ManageUsers, Permit, Refusal, Right, ViewUsers};

/// What of a group is shown besides its name and place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// Without attributes and roles.
    pub(super) brief: bool,
    /// With the group above it.
    pub(super) parent: bool,
    /// With the number of groups below it.
    pub(super) count: bool,
    /// With what the caller may do with it.
    pub(super) access: bool,
}

impl Shape {
    /// A group of a list or shown alone.
    pub(super) fn whole(brief: bool) -> Self {
        Self { brief, parent: true, count: true, access: true }
    }
}

/// What groups' rows hold besides their names.
pub(super) type Documents = HashMap<GroupId, Value>;

/// One group, without those below it.
pub(super) fn group<R: Right>(
    permit: &Permit<R>,
    documents: &Documents,
    id: &GroupId,
    shape: Shape,
) -> Map<String, Value> {
    let realm = permit.realm();
    let document = documents.get(id);
    let mut told = Map::new();
    told.insert("id".to_owned(), json!(id.as_str()));
    told.insert("name".to_owned(), json!(realm.group_name(id)));
    if let Some(description) = document.and_then(|all| all.get("description")).filter(|value| !value.is_null()) {
        told.insert("description".to_owned(), description.clone());
    }
    told.insert("path".to_owned(), json!(realm.group_path(id)));
    if let Some(parent) = realm.group_parent(id).filter(|_| shape.parent) {
        told.insert("parentId".to_owned(), json!(parent.as_str()));
    }
    if shape.count {
        told.insert("subGroupCount".to_owned(), json!(realm.groups_below(Some(id)).len()));
    }
    told.insert("subGroups".to_owned(), json!([]));
    if !shape.brief {
        let attributes = document.and_then(|all| all.get("attributes")).filter(|value| value.is_object());
        told.insert("attributes".to_owned(), attributes.cloned().unwrap_or_else(|| json!({})));
        let (of_realm, of_clients) = role_names(realm, id);
        told.insert("realmRoles".to_owned(), json!(of_realm));
        told.insert("clientRoles".to_owned(), json!(of_clients));
    }
    if shape.access {
        let (views, manages) = (permit.also::<ViewUsers>(), permit.also::<ManageUsers>());
        told.insert(
            "access".to_owned(),
            json!({
                "view": views,
                "viewMembers": views,
                "manageMembers": manages,
                "manage": manages,
                "manageMembership": manages,
            }),
        );
    }
    told
}

/// Names of the roles that a group brings by itself: the realm's, and those of clients by `clientId`.
fn role_names<'r>(realm: &'r Realm, id: &GroupId) -> (Vec<&'r str>, BTreeMap<&'r str, Vec<&'r str>>) {
    let mut of_realm = Vec::new();
    let mut of_clients: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for role in realm.group_roles(id) {
        match realm.role_name(role) {
            Some((None, name)) => of_realm.push(name),
            Some((Some(client), name)) => of_clients.entry(client).or_default().push(name),
            None => {}
        }
    }
    (of_realm, of_clients)
}

/// Groups that somebody is in or brings something by: without what the caller may do with them.
pub(crate) async fn told_groups<R: Right>(
    permit: &Permit<R>,
    groups: &[GroupId],
    brief: bool,
) -> Result<Vec<Value>, Refusal> {
    let documents = permit.identity().group_documents(permit.realm(), groups).await?;
    let shape = Shape { brief, parent: true, count: false, access: false };
    Ok(groups.iter().map(|id| Value::Object(group(permit, &documents, id, shape))).collect())
}
