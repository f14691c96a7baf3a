//! Rows of users → their documents, a page at a time.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Map, Value, json};

use super::realm_document::Directory;
use crate::documents::{object, put_list, put_lists};
use crate::{Error, Identity, consent, credential, federated_identity, sealing, user};

/// Rows of the realm's users in the order that the file had.
pub(super) async fn ids(on: &DatabaseTransaction, realm: &str) -> Result<Vec<String>, Error> {
    Ok(user::entity::Entity::find()
        .select_only()
        .column(user::entity::Column::Id)
        .filter(user::entity::Column::RealmId.eq(realm))
        .order_by_asc(user::entity::Column::Position)
        .order_by_asc(user::entity::Column::Id)
        .into_tuple()
        .all(on)
        .await?)
}

/// Documents of some users, in order.
pub(super) async fn page(
    identity: &Identity,
    on: &DatabaseTransaction,
    directory: &Directory,
    ids: &[String],
) -> Result<Vec<Value>, Error> {
    let some = || ids.iter().map(String::as_str);
    let users = user::entity::Entity::find().filter(user::entity::Column::Id.is_in(some())).all(on).await?;
    let mut users: HashMap<String, user::entity::Model> = users.into_iter().map(|row| (row.id.clone(), row)).collect();

    let mut attributes: HashMap<String, Vec<(String, Vec<Value>)>> = HashMap::new();
    let rows = user::attribute::Entity::find()
        .filter(user::attribute::Column::UserId.is_in(some()))
        .order_by_asc(user::attribute::Column::UserId)
        .order_by_asc(user::attribute::Column::Name)
        .order_by_asc(user::attribute::Column::Position)
        .all(on)
        .await?;
    for row in rows {
        let lists = attributes.entry(row.user_id).or_default();
        match lists.last_mut() {
            Some((name, values)) if *name == row.name => values.push(json!(row.value)),
            _ => lists.push((row.name, vec![json!(row.value)])),
        }
    }
    let mut roles: HashMap<String, Vec<String>> = HashMap::new();
    let rows = user::role::Entity::find()
        .filter(user::role::Column::UserId.is_in(some()))
        .order_by_asc(user::role::Column::Position)
        .all(on)
        .await?;
    for row in rows {
        roles.entry(row.user_id).or_default().push(row.role_id);
    }
    let mut groups: HashMap<String, Vec<Value>> = HashMap::new();
    let rows = user::member::Entity::find()
        .filter(user::member::Column::UserId.is_in(some()))
        .order_by_asc(user::member::Column::Position)
        .all(on)
        .await?;
    for row in rows {
        if let Some(path) = directory.groups.get(&row.group_id) {
            groups.entry(row.user_id).or_default().push(json!(path));
        }
    }
    let mut identities: HashMap<String, Vec<Value>> = HashMap::new();
    let rows = federated_identity::entity::Entity::find()
        .filter(federated_identity::entity::Column::UserId.is_in(some()))
        .order_by_asc(federated_identity::entity::Column::Position)
        .all(on)
        .await?;
    for row in rows {
        let written = link(&row)?;
        identities.entry(row.user_id).or_default().push(written);
    }
    let mut credentials: HashMap<String, Vec<Value>> = HashMap::new();
    let mut has_otp: HashMap<String, bool> = HashMap::new();
    let rows = credential::entity::Entity::find()
        .filter(credential::entity::Column::UserId.is_in(some()))
        .order_by_asc(credential::entity::Column::Position)
        .all(on)
        .await?;
    for row in rows {
        if row.kind == "otp" {
            has_otp.insert(row.user_id.clone(), true);
        }
        let written = credential(identity, &row)?;
        credentials.entry(row.user_id).or_default().push(written);
    }

    let mut consents: HashMap<String, Vec<Value>> = HashMap::new();
    let rows = consent::entity::Entity::find()
        .filter(consent::entity::Column::UserId.is_in(some()))
        .order_by_asc(consent::entity::Column::CreatedAt)
        .order_by_asc(consent::entity::Column::ClientId)
        .all(on)
        .await?;
    for row in rows {
        let Some(client) = directory.clients.get(&row.client_id) else { continue };
        let scopes: Vec<String> = serde_json::from_str(&row.scopes)
            .map_err(|error| Error::fault(format!("scopes of a consent of {}: {error}", row.user_id)))?;
        let names: Vec<&String> = scopes.iter().filter_map(|scope| directory.scopes.get(scope)).collect();
        let written = json!({"clientId": client, "grantedClientScopes": names, "createdDate": row.created_at, "lastUpdatedDate": row.updated_at});
        consents.entry(row.user_id).or_default().push(written);
    }

    let mut page = Vec::with_capacity(ids.len());
    for id in ids {
        let Some(row) = users.remove(id) else { continue };
        let mut one = head(&row, directory)?;
        if one.contains_key("totp") {
            one.insert("totp".to_owned(), json!(has_otp.contains_key(id)));
        }
        put_lists(&mut one, "attributes", attributes.remove(id).unwrap_or_default());
        let mut links = identities.remove(id).unwrap_or_default();
        if let Some(Value::Array(kept)) = one.get_mut("federatedIdentities") {
            links.append(kept);
        }
        put_list(&mut one, "federatedIdentities", links);
        put_list(&mut one, "credentials", credentials.remove(id).unwrap_or_default());
        let (realm_roles, client_roles) = directory.role_names(&roles.remove(id).unwrap_or_default());
        put_list(&mut one, "realmRoles", realm_roles);
        put_lists(&mut one, "clientRoles", client_roles);
        put_list(&mut one, "clientConsents", consents.remove(id).unwrap_or_default());
        put_list(&mut one, "groups", groups.remove(id).unwrap_or_default());
        page.push(Value::Object(one));
    }
    Ok(page)
}

/// A user's own columns and the document.
fn head(row: &user::entity::Model, directory: &Directory) -> Result<Map<String, Value>, Error> {
    let mut one = Map::new();
    one.insert("id".to_owned(), json!(row.id));
    one.insert("username".to_owned(), json!(row.username));
    for (member, value) in [("firstName", &row.first_name), ("lastName", &row.last_name), ("email", &row.email)] {
        if let Some(value) = value {
            one.insert(member.to_owned(), json!(value));
        }
    }
    one.extend(object(&row.document, &row.id)?);
    one.insert("enabled".to_owned(), json!(row.enabled));
    one.insert("createdTimestamp".to_owned(), json!(row.created_at));
    if let Some(client) = row.service_account_client_id.as_ref().and_then(|client| directory.clients.get(client)) {
        one.insert("serviceAccountClientId".to_owned(), json!(client));
    }
    let actions: Value = serde_json::from_str(&row.required_actions)
        .map_err(|error| Error::fault(format!("required actions of {}: {error}", row.id)))?;
    one.insert("requiredActions".to_owned(), actions);
    one.insert("notBefore".to_owned(), json!(row.not_before));
    Ok(one)
}

fn link(row: &federated_identity::entity::Model) -> Result<Value, Error> {
    let mut one = Map::new();
    one.insert("identityProvider".to_owned(), json!(row.provider));
    one.insert("userId".to_owned(), json!(row.provider_user_id));
    if let Some(name) = &row.provider_username {
        one.insert("userName".to_owned(), json!(name));
    }
    one.extend(object(&row.document, &row.user_id)?);
    Ok(Value::Object(one))
}

fn credential(identity: &Identity, row: &credential::entity::Model) -> Result<Value, Error> {
    let mut one = Map::new();
    one.insert("id".to_owned(), json!(row.id));
    one.insert("type".to_owned(), json!(row.kind));
    if let Some(label) = &row.label {
        one.insert("userLabel".to_owned(), json!(label));
    }
    if let Some(created) = row.created_at {
        one.insert("createdDate".to_owned(), json!(created));
    }
    let secret = sealing::open(&identity.0, credential::TABLE, &row.id, &row.sealed)?;
    let secret =
        std::str::from_utf8(&secret).map_err(|_| Error::fault(format!("the secret of {} is no text", row.id)))?;
    // Empty: the file had none.
    if !secret.is_empty() {
        one.insert("secretData".to_owned(), json!(secret));
    }
    if !row.credential_data.is_empty() {
        one.insert("credentialData".to_owned(), json!(row.credential_data));
    }
    one.extend(object(&row.document, &row.id)?);
    Ok(Value::Object(one))
}
