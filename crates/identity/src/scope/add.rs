//! Making, giving and removing client scopes.

use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, sea_query::OnConflict};
use serde_json::Value;

use super::{binding, entity};
use crate::{ClientId, Error, MapperOwner, RealmId, ScopeId, Tx, client, rows};

impl Tx {
    /// Makes a client scope from Keycloak's ClientScopeRepresentation; `name` and `protocol` are required.
    pub async fn add_client_scope(&mut self, realm: &RealmId, document: Value) -> Result<ScopeId, Error> {
        let mut document = rows::members(document)?;
        let identity = self.identity().clone();
        let id = rows::take_optional_text(&mut document, "id")?
            .map_or_else(|| ScopeId::random(identity.random()), ScopeId::from);
        let mappers = document.shift_remove("protocolMappers");
        let among = Condition::all().add(entity::Column::RealmId.eq(realm.as_str()));
        let row = entity::ActiveModel {
            id: Set(id.to_string()),
            realm_id: Set(realm.to_string()),
            name: Set(rows::take_text(&mut document, "name")?),
            protocol: Set(rows::take_text(&mut document, "protocol")?),
            document: Set(Value::Object(document).to_string()),
            position: Set(rows::next_position(self.connection(), entity::Column::Position, among).await?),
        };
        entity::Entity::insert(row).exec_without_returning(self.connection()).await.map_err(rows::conflict("name"))?;
        self.insert_mappers(realm, &MapperOwner::Scope(id.clone()), mappers).await?;
        self.touch_realm(realm);
        Ok(id)
    }

    /// Removes a client scope.
    pub async fn remove_client_scope(&mut self, id: &ScopeId) -> Result<(), Error> {
        let realm = self.realm_of_scope(id).await?;
        entity::Entity::delete_by_id(id.as_str()).exec(self.connection()).await?;
        self.touch_realm(&realm);
        Ok(())
    }

    /// Gives a client a scope, by default or on request; a scope it has changes its way.
    pub async fn bind_client_scope(&mut self, client: &ClientId, scope: &ScopeId, optional: bool) -> Result<(), Error> {
        let realm = self.realm_of_scope(scope).await?;
        let owner = client::entity::Entity::find_by_id(client.as_str()).one(self.connection()).await?;
        if owner.is_none_or(|owner| owner.realm_id != realm.as_str()) {
            return Err(Error::NotFound("client"));
        }
        let among = Condition::all().add(binding::Column::ClientId.eq(client.as_str()));
        let row = binding::ActiveModel {
            client_id: Set(client.to_string()),
            scope_id: Set(scope.to_string()),
            optional: Set(optional),
            position: Set(rows::next_position(self.connection(), binding::Column::Position, among).await?),
        };
        binding::Entity::insert(row)
            .on_conflict(
                OnConflict::columns([binding::Column::ClientId, binding::Column::ScopeId])
                    .update_column(binding::Column::Optional)
                    .to_owned(),
            )
            .exec_without_returning(self.connection())
            .await?;
        self.touch_realm(&realm);
        Ok(())
    }

    /// Takes a scope from a client.
    pub async fn unbind_client_scope(&mut self, client: &ClientId, scope: &ScopeId) -> Result<(), Error> {
        let realm = self.realm_of_scope(scope).await?;
        binding::Entity::delete_by_id((client.to_string(), scope.to_string())).exec(self.connection()).await?;
        self.touch_realm(&realm);
        Ok(())
    }

    async fn realm_of_scope(&self, id: &ScopeId) -> Result<RealmId, Error> {
        let row = entity::Entity::find_by_id(id.as_str()).one(self.connection()).await?;
        row.map(|row| row.realm_id.into()).ok_or(Error::NotFound("client scope"))
    }
}
