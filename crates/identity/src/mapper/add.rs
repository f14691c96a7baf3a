//! Making and removing mappers.

use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait};
use serde_json::{Map, Value};

use super::entity;
use crate::{Error, MapperId, MapperOwner, MapperSeed, RealmId, Tx, client, rows, scope};

impl Tx {
    /// Adds a mapper to a client or client scope.
    pub async fn add_mapper(&mut self, owner: &MapperOwner, seed: MapperSeed) -> Result<MapperId, Error> {
        let realm = self.realm_of_owner(owner).await?;
        let mut document = Map::new();
        document.insert("name".to_owned(), seed.name.into());
        document.insert("protocol".to_owned(), seed.protocol.into());
        document.insert("protocolMapper".to_owned(), seed.mapper.into());
        document.insert("consentRequired".to_owned(), false.into());
        let config = seed.config.into_iter().map(|(key, value)| (key, value.into())).collect();
        document.insert("config".to_owned(), Value::Object(config));
        self.insert_mapper(&realm, owner, document).await
    }

    /// Removes a mapper.
    pub async fn remove_mapper(&mut self, id: &MapperId) -> Result<(), Error> {
        let row = entity::Entity::find_by_id(id.as_str()).one(self.connection()).await?;
        let row = row.ok_or(Error::NotFound("mapper"))?;
        entity::Entity::delete_by_id(id.as_str()).exec(self.connection()).await?;
        self.touch_realm(&row.realm_id.into());
        Ok(())
    }

    /// Adds the mappers of a client's or client scope's own document.
    pub(crate) async fn insert_mappers(
        &mut self,
        realm: &RealmId,
        owner: &MapperOwner,
        documents: Option<Value>,
    ) -> Result<(), Error> {
        let documents = match documents {
            Some(Value::Array(documents)) => documents,
            Some(Value::Null) | None => return Ok(()),
            Some(_) => return Err(Error::invalid("protocolMappers", "must be a list")),
        };
        for document in documents {
            self.insert_mapper(realm, owner, rows::members(document)?).await?;
        }
        Ok(())
    }

    pub(super) async fn insert_mapper(
        &mut self,
        realm: &RealmId,
        owner: &MapperOwner,
        mut document: Map<String, Value>,
    ) -> Result<MapperId, Error> {
        let identity = self.identity().clone();
        let id = rows::take_optional_text(&mut document, "id")?
            .map_or_else(|| MapperId::random(identity.random()), MapperId::from);
        let (client, scope, among) = match owner {
            MapperOwner::Client(client) => {
                (Some(client.to_string()), None, entity::Column::ClientId.eq(client.as_str()))
            }
            MapperOwner::Scope(scope) => (None, Some(scope.to_string()), entity::Column::ScopeId.eq(scope.as_str())),
        };
        let row = entity::ActiveModel {
            id: Set(id.to_string()),
            realm_id: Set(realm.to_string()),
            client_id: Set(client),
            scope_id: Set(scope),
            name: Set(rows::take_text(&mut document, "name")?),
            protocol: Set(rows::take_text(&mut document, "protocol")?),
            mapper: Set(rows::take_text(&mut document, "protocolMapper")?),
            position: Set(rows::next_position(
                self.connection(),
                entity::Column::Position,
                Condition::all().add(among),
            )
            .await?),
            document: Set(Value::Object(document).to_string()),
        };
        entity::Entity::insert(row).exec_without_returning(self.connection()).await.map_err(rows::conflict("name"))?;
        self.touch_realm(realm);
        Ok(id)
    }

    async fn realm_of_owner(&self, owner: &MapperOwner) -> Result<RealmId, Error> {
        let realm = match owner {
            MapperOwner::Client(id) => {
                client::entity::Entity::find_by_id(id.as_str()).one(self.connection()).await?.map(|row| row.realm_id)
            }
            MapperOwner::Scope(id) => {
                scope::entity::Entity::find_by_id(id.as_str()).one(self.connection()).await?.map(|row| row.realm_id)
            }
        };
        realm.map(RealmId::from).ok_or(Error::NotFound("owner"))
    }
}
