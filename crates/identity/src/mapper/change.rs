//! Changing mappers.

use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter,
};
use serde_json::{Map, Value};

use super::entity;
use crate::{Error, MapperId, MapperOwner, RealmId, Tx, rows};

impl Tx {
    /// Adds a mapper of Keycloak's ProtocolMapperRepresentation to a client or client scope; `name`, `protocol` and
    /// `protocolMapper` are required.
    ///
    /// # Errors
    /// [`Error::Conflict`] where the owner has one of this name.
    pub async fn add_mapper_document(
        &mut self,
        realm: &RealmId,
        owner: &MapperOwner,
        document: Map<String, Value>,
    ) -> Result<MapperId, Error> {
        self.insert_mapper(realm, owner, document).await
    }

    /// Replaces a mapper of this owner by members of its representation: those present replace.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the owner has none of this row, [`Error::Conflict`] where another has the name.
    pub async fn change_mapper(
        &mut self,
        owner: &MapperOwner,
        id: &MapperId,
        mut patch: Map<String, Value>,
    ) -> Result<(), Error> {
        let row = self.mapper_row(owner, id).await?;
        patch.shift_remove("id");
        let mut changed = entity::ActiveModel { id: Unchanged(row.id.clone()), ..Default::default() };
        if let Some(name) = rows::take_optional_text(&mut patch, "name")? {
            if name.is_empty() {
                return Err(Error::invalid("name", "must be a text that is not empty"));
            }
            changed.name = Set(name);
        }
        if let Some(protocol) = rows::take_optional_text(&mut patch, "protocol")? {
            changed.protocol = Set(protocol);
        }
        if let Some(mapper) = rows::take_optional_text(&mut patch, "protocolMapper")? {
            changed.mapper = Set(mapper);
        }
        let mut document = rows::members(rows::document(&row.document, &format!("mapper {id}"))?)?;
        rows::merge(&mut document, patch);
        changed.document = Set(Value::Object(document).to_string());
        entity::Entity::update_many()
            .set(changed)
            .filter(entity::Column::Id.eq(id.as_str()))
            .exec(self.connection())
            .await
            .map_err(rows::conflict("name"))?;
        self.touch_realm(&row.realm_id.into());
        Ok(())
    }

    /// Removes a mapper of this owner.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the owner has none of this row.
    pub async fn remove_mapper_of(&mut self, owner: &MapperOwner, id: &MapperId) -> Result<(), Error> {
        self.mapper_row(owner, id).await?;
        self.remove_mapper(id).await
    }

    async fn mapper_row(&self, owner: &MapperOwner, id: &MapperId) -> Result<entity::Model, Error> {
        let owned = match owner {
            MapperOwner::Client(client) => entity::Column::ClientId.eq(client.as_str()),
            MapperOwner::Scope(scope) => entity::Column::ScopeId.eq(scope.as_str()),
        };
        let found = entity::Entity::find_by_id(id.as_str()).filter(owned).one(self.connection()).await?;
        found.ok_or(Error::NotFound("mapper"))
    }
}
