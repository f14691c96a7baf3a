//! Roles as documents: rows → Keycloak's RoleRepresentation.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::{Map, Value, json};

use super::{composite, entity};
use crate::{ClientId, Error, Identity, Realm, RealmId, RoleId, rows};

/// Ids of one statement.
const IDS_PER_STATEMENT: usize = 500;

/// A role with all that is kept of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RoleDocument {
    /// Its row.
    pub id: RoleId,
    /// The client that it belongs to; none for a role of the realm.
    pub client: Option<ClientId>,
    /// Its name.
    pub name: String,
    /// Whether it brings other roles.
    pub composite: bool,
    /// The realm.
    realm: RealmId,
    /// The rest of Keycloak's RoleRepresentation, as it came in.
    pub document: Map<String, Value>,
}

impl RoleDocument {
    /// As Keycloak lists roles: without attributes.
    #[must_use]
    pub fn brief(&self) -> Map<String, Value> {
        let mut told = Map::new();
        told.insert("id".to_owned(), json!(self.id.as_str()));
        told.insert("name".to_owned(), json!(self.name));
        if let Some(description) = self.document.get("description").filter(|value| !value.is_null()) {
            told.insert("description".to_owned(), description.clone());
        }
        told.insert("composite".to_owned(), json!(self.composite));
        told.insert("clientRole".to_owned(), json!(self.client.is_some()));
        let container = self.client.as_ref().map_or(self.realm.as_str(), ClientId::as_str);
        told.insert("containerId".to_owned(), json!(container));
        told
    }

    /// As Keycloak shows one role.
    #[must_use]
    pub fn full(&self) -> Map<String, Value> {
        let mut told = self.brief();
        let attributes = self.document.get("attributes").filter(|value| value.is_object());
        told.insert("attributes".to_owned(), attributes.cloned().unwrap_or_else(|| json!({})));
        told
    }

    /// Brief or not.
    #[must_use]
    pub fn told(&self, brief: bool) -> Value {
        Value::Object(if brief { self.brief() } else { self.full() })
    }
}

impl Identity {
    /// Roles of a realm by their rows, in the order they were asked for; those that are not there are left out.
    pub async fn role_documents(&self, realm: &Realm, ids: &[RoleId]) -> Result<Vec<RoleDocument>, Error> {
        let mut found = HashMap::with_capacity(ids.len());
        for some in ids.chunks(IDS_PER_STATEMENT) {
            let rows = entity::Entity::find()
                .filter(entity::Column::RealmId.eq(realm.id.as_str()))
                .filter(entity::Column::Id.is_in(some.iter().map(RoleId::as_str)))
                .all(self.store().reader())
                .await?;
            for role in self.told(rows).await? {
                found.insert(role.id.clone(), role);
            }
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// One role of a realm.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is not there.
    pub async fn role_document(&self, realm: &Realm, id: &RoleId) -> Result<RoleDocument, Error> {
        let found = self.role_documents(realm, std::slice::from_ref(id)).await?;
        found.into_iter().next().ok_or(Error::NotFound("role"))
    }

    /// Adds to rows whether they bring others.
    pub(super) async fn told(&self, rows: Vec<entity::Model>) -> Result<Vec<RoleDocument>, Error> {
        let mut parents: HashSet<String> = HashSet::new();
        for some in rows.chunks(IDS_PER_STATEMENT) {
            let bringing: Vec<String> = composite::Entity::find()
                .select_only()
                .column(composite::Column::ParentId)
                .distinct()
                .filter(composite::Column::ParentId.is_in(some.iter().map(|row| row.id.as_str())))
                .into_tuple()
                .all(self.store().reader())
                .await?;
            parents.extend(bringing);
        }
        rows.into_iter()
            .map(|row| {
                let document = rows::members(rows::document(&row.document, &format!("role {}", row.id))?)?;
                Ok(RoleDocument {
                    composite: parents.contains(&row.id),
                    id: row.id.into(),
                    client: row.client_id.map(ClientId::from),
                    name: row.name,
                    realm: row.realm_id.into(),
                    document,
                })
            })
            .collect()
    }
}
