//! Rows of a realm → its document: the inverse of the import, noun by noun.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde_json::{Value, json};

use crate::documents::{self, Object, begin, object, put_list, put_lists, unsealed};
use crate::realm_file::check::names::group_path;
use crate::sealing::Noun;
use crate::{Error, Identity, group, realm, role};

/// Rows → names of one realm.
#[derive(Default)]
pub(super) struct Directory {
    pub(super) realm: String,
    /// Row of a client → its `clientId`.
    pub(super) clients: HashMap<String, String>,
    /// Row of a role → its client's `clientId` and its name.
    pub(super) roles: HashMap<String, (Option<String>, String)>,
    /// Row of a group → its path.
    pub(super) groups: HashMap<String, String>,
    /// Row of a client scope → its name.
    pub(super) scopes: HashMap<String, String>,
}

/// Reads the realm without its users.
pub(super) async fn read(
    identity: &Identity,
    on: &DatabaseTransaction,
    name: &str,
) -> Result<(Object, Directory), Error> {
    let row = realm::entity::Entity::find()
        .filter(realm::entity::Column::Name.eq(name))
        .filter(realm::entity::Column::Visible.eq(true))
        .one(on)
        .await?
        .ok_or(Error::NotFound("realm"))?;
    let mut document = unsealed(identity, Noun::Realm, &row.id, &row.document, row.sealed.as_deref())?;
    let mut directory = Directory { realm: row.id.clone(), ..Directory::default() };
    let (clients, scopes) = clients(identity, on, &mut directory).await?;
    let roles = roles(on, &mut directory, document.shift_remove("roles")).await?;
    let groups = groups(on, &mut directory).await?;
    documents::keys(identity, on, &row.id, &mut document).await?;

    strip_execution_ids(&mut document);

    let mut whole = Object::new();
    whole.insert("id".to_owned(), json!(row.id));
    whole.insert("realm".to_owned(), json!(row.name));
    whole.insert("enabled".to_owned(), json!(row.enabled));
    whole.extend(document);
    whole.insert("roles".to_owned(), roles);
    whole.insert("groups".to_owned(), Value::Array(groups));
    whole.insert("clients".to_owned(), Value::Array(clients));
    whole.insert("clientScopes".to_owned(), Value::Array(scopes));
    Ok((whole, directory))
}

async fn clients(
    identity: &Identity,
    on: &DatabaseTransaction,
    directory: &mut Directory,
) -> Result<(Vec<Value>, Vec<Value>), Error> {
    let realm = directory.realm.clone();
    let (of_client, mut of_scope) = documents::mappers(on, &realm, None).await?;
    let scopes = documents::scopes(on, &realm, None, &mut of_scope).await?;
    let text = |one: &Object, member: &str| one.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let names: HashMap<String, String> = scopes.iter().map(|one| (text(one, "id"), text(one, "name"))).collect();
    directory.scopes.clone_from(&names);
    let mut clients = Vec::new();
    for (row, one) in documents::clients(identity, on, &realm, None, &names, of_client).await? {
        directory.clients.insert(row, text(&one, "clientId"));
        clients.push(Value::Object(one));
    }
    Ok((clients, scopes.into_iter().map(Value::Object).collect()))
}

async fn roles(on: &DatabaseTransaction, directory: &mut Directory, shape: Option<Value>) -> Result<Value, Error> {
    let rows = role::entity::Entity::find()
        .filter(role::entity::Column::RealmId.eq(&directory.realm))
        .order_by_asc(role::entity::Column::Position)
        .all(on)
        .await?;
    for row in &rows {
        let client = row.client_id.as_ref().and_then(|client| directory.clients.get(client)).cloned();
        directory.roles.insert(row.id.clone(), (client, row.name.clone()));
    }
    let composites = role::composite::Entity::find()
        .filter(
            role::composite::Column::ParentId.in_subquery(
                role::entity::Entity::find()
                    .select_only()
                    .column(role::entity::Column::Id)
                    .filter(role::entity::Column::RealmId.eq(&directory.realm))
                    .into_query(),
            ),
        )
        .order_by_asc(role::composite::Column::Position)
        .all(on)
        .await?;
    let mut children: HashMap<String, Vec<String>> = HashMap::new();
    for row in composites {
        children.entry(row.parent_id).or_default().push(row.child_id);
    }
    let mut of_realm = Vec::new();
    let mut of_clients: Vec<(String, Vec<Value>)> = Vec::new();
    for row in rows {
        let mut one = begin(&row.id, ("name", &row.name), object(&row.document, &row.id)?);
        let parts = children.remove(&row.id).unwrap_or_default();
        if one.contains_key("composite") || !parts.is_empty() {
            one.insert("composite".to_owned(), json!(!parts.is_empty()));
        }
        if !parts.is_empty() {
            let (realm_roles, client_roles) = directory.role_names(&parts);
            let mut composites = Object::new();
            put_list(&mut composites, "realm", realm_roles);
            put_lists(&mut composites, "client", client_roles);
            one.insert("composites".to_owned(), Value::Object(composites));
        }
        match row.client_id.as_ref().map(|client| directory.clients.get(client)) {
            None => of_realm.push(Value::Object(one)),
            Some(Some(client)) => add_to(&mut of_clients, client, Value::Object(one)),
            Some(None) => {}
        }
    }
    let mut all = match shape {
        Some(Value::Object(shape)) => shape,
        _ => Object::new(),
    };
    all.insert("realm".to_owned(), Value::Array(of_realm));
    all.entry("client").or_insert_with(|| json!({}));
    put_lists(&mut all, "client", of_clients);
    Ok(Value::Object(all))
}

fn add_to(lists: &mut Vec<(String, Vec<Value>)>, name: &str, item: Value) {
    match lists.iter_mut().find(|(known, _)| known == name) {
        Some((_, items)) => items.push(item),
        None => lists.push((name.to_owned(), vec![item])),
    }
}

impl Directory {
    /// Names of roles, those of the realm and those of clients apart, each in order.
    pub(super) fn role_names(&self, ids: &[String]) -> (Vec<Value>, Vec<(String, Vec<Value>)>) {
        let mut of_realm = Vec::new();
        let mut of_clients = Vec::new();
        for (client, name) in ids.iter().filter_map(|id| self.roles.get(id)) {
            match client {
                None => of_realm.push(json!(name)),
                Some(client) => add_to(&mut of_clients, client, json!(name)),
            }
        }
        (of_realm, of_clients)
    }
}

async fn groups(on: &DatabaseTransaction, directory: &mut Directory) -> Result<Vec<Value>, Error> {
    let rows = group::entity::Entity::find()
        .filter(group::entity::Column::RealmId.eq(&directory.realm))
        .order_by_asc(group::entity::Column::Position)
        .all(on)
        .await?;
    let grants = group::role::Entity::find()
        .filter(
            group::role::Column::GroupId.in_subquery(
                group::entity::Entity::find()
                    .select_only()
                    .column(group::entity::Column::Id)
                    .filter(group::entity::Column::RealmId.eq(&directory.realm))
                    .into_query(),
            ),
        )
        .order_by_asc(group::role::Column::Position)
        .all(on)
        .await?;
    let mut roles: HashMap<String, Vec<String>> = HashMap::new();
    for row in grants {
        roles.entry(row.group_id).or_default().push(row.role_id);
    }
    let mut below: HashMap<Option<String>, Vec<group::entity::Model>> = HashMap::new();
    for row in rows {
        below.entry(row.parent_id.clone()).or_default().push(row);
    }
    tree(None, "", &mut below, &mut roles, directory)
}

/// The groups below one; each row is taken out of `below`, so that a circle ends.
fn tree(
    parent: Option<&str>,
    parent_path: &str,
    below: &mut HashMap<Option<String>, Vec<group::entity::Model>>,
    roles: &mut HashMap<String, Vec<String>>,
    directory: &mut Directory,
) -> Result<Vec<Value>, Error> {
    let mut list = Vec::new();
    for row in below.remove(&parent.map(str::to_owned)).unwrap_or_default() {
        let path = group_path(parent_path, &row.name);
        let mut one = begin(&row.id, ("name", &row.name), object(&row.document, &row.id)?);
        one.insert("path".to_owned(), json!(path));
        if let Some(parent) = parent {
            one.insert("parentId".to_owned(), json!(parent));
        } else {
            one.shift_remove("parentId");
        }
        let (realm_roles, client_roles) = directory.role_names(&roles.remove(&row.id).unwrap_or_default());
        put_list(&mut one, "realmRoles", realm_roles);
        put_lists(&mut one, "clientRoles", client_roles);
        directory.groups.insert(row.id.clone(), path.clone());
        let children = tree(Some(&row.id), &path, below, roles, directory)?;
        put_list(&mut one, "subGroups", children);
        list.push(Value::Object(one));
    }
    Ok(list)
}

/// Executions have ids here, by which administration names them; Keycloak's files have none.
fn strip_execution_ids(document: &mut Object) {
    for flow in document.get_mut("authenticationFlows").and_then(Value::as_array_mut).into_iter().flatten() {
        let executions = flow.get_mut("authenticationExecutions").and_then(Value::as_array_mut);
        for execution in executions.into_iter().flatten().filter_map(Value::as_object_mut) {
            execution.shift_remove("id");
        }
    }
}
