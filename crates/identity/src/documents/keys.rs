//! Keys, as components of their realm.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use super::{Object, object};
use crate::realm_file::{KEY_PROVIDER, KeyRow, restore_key, status_of_key};
use crate::{Error, Identity, RealmId, key, sealing};

/// Puts a realm's keys among the components of its document.
pub(crate) async fn keys(
    identity: &Identity,
    on: &impl ConnectionTrait,
    realm: &str,
    document: &mut Object,
) -> Result<(), Error> {
    let rows = key::entity::Entity::find()
        .filter(key::entity::Column::RealmId.eq(realm))
        .order_by_asc(key::entity::Column::Position)
        .order_by_asc(key::entity::Column::Id)
        .all(on)
        .await?;
    let mut found: Vec<(String, Value)> = Vec::new();
    for row in rows {
        found.push((row.id.clone(), component(identity, &row)?));
    }
    let Value::Object(components) = document.entry("components").or_insert_with(|| json!({})) else { return Ok(()) };
    if found.is_empty() && !components.contains_key(KEY_PROVIDER) {
        return Ok(());
    }
    let Value::Array(list) = components.entry(KEY_PROVIDER).or_insert_with(|| json!([])) else { return Ok(()) };
    let mut written = Vec::new();
    for item in std::mem::take(list) {
        let id = item.get("id").and_then(Value::as_str);
        match found.iter().position(|(row, _)| Some(row.as_str()) == id) {
            Some(index) => written.push(found.remove(index).1),
            // A place whose key is gone is no component any more.
            None if item.get("providerId").is_none() => {}
            None => written.push(item),
        }
    }
    written.extend(found.into_iter().map(|(_, component)| component));
    *list = written;
    Ok(())
}

fn component(identity: &Identity, row: &key::entity::Model) -> Result<Value, Error> {
    let rest = object(&row.document, &row.id)?;
    let from_file = rest.contains_key("providerId");
    let mut one = Object::new();
    one.insert("id".to_owned(), json!(row.id));
    if !from_file {
        one.insert("name".to_owned(), json!(row.name));
        one.insert("providerId".to_owned(), json!(row.provider_id));
        one.insert("subComponents".to_owned(), json!({}));
    }
    one.extend(rest);
    let Some(sealed) = &row.sealed else { return Ok(Value::Object(one)) };
    let secret = sealing::open(&identity.0, key::TABLE, &row.id, sealed)?;
    let status_in_document = status_of_key(&one);
    let facts = KeyRow {
        provider_id: &row.provider_id,
        algorithm: &row.algorithm,
        key_use: &row.key_use,
        kid: &row.kid,
        priority: row.priority,
        status: row.status.parse()?,
        status_in_document,
        certificate: row.certificate.as_deref(),
        public_der: row.public_der.as_deref(),
        secret: &secret,
    };
    restore_key(&mut one, &facts)
        .map_err(|error| Error::fault(format!("key {} cannot be written: {error}", row.id)))?;
    Ok(Value::Object(one))
}

impl Identity {
    /// The components of a realm by type, its keys among them, secrets included.
    pub async fn component_documents(&self, realm: &RealmId) -> Result<Object, Error> {
        let mut document = self.realm_document(realm).await?;
        keys(self, self.store().reader(), realm.as_str(), &mut document).await?;
        match document.shift_remove("components") {
            Some(Value::Object(components)) => Ok(components),
            _ => Ok(Object::new()),
        }
    }
}
