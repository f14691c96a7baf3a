//! Making and removing roles and composites.

use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, sea_query::OnConflict};
use serde_json::Value;

use super::{composite, entity};
use crate::{Error, NewRole, RealmId, RoleId, Tx, rows};

impl Tx {
    /// Makes a role of the realm or of a client.
    pub async fn add_role(&mut self, realm: &RealmId, role: NewRole) -> Result<RoleId, Error> {
        if role.name.is_empty() || role.name.len() > rows::LONGEST_NAME {
            return Err(Error::invalid("name", "must have 1 to 255 bytes"));
        }
        let document = rows::members(role.document)?;
        let identity = self.identity().clone();
        let id = role.id.unwrap_or_else(|| RoleId::random(identity.random()));
        let among = Condition::all().add(entity::Column::RealmId.eq(realm.as_str()));
        let row = entity::ActiveModel {
            id: Set(id.to_string()),
            realm_id: Set(realm.to_string()),
            client_id: Set(role.client.map(|client| client.to_string())),
            name: Set(role.name),
            document: Set(Value::Object(document).to_string()),
            position: Set(rows::next_position(self.connection(), entity::Column::Position, among).await?),
        };
        entity::Entity::insert(row).exec_without_returning(self.connection()).await.map_err(rows::conflict("name"))?;
        self.touch_realm(realm);
        Ok(id)
    }

    /// Removes a role, and with it every grant of it.
    pub async fn remove_role(&mut self, id: &RoleId) -> Result<(), Error> {
        let realm = self.realm_of_role(id).await?;
        entity::Entity::delete_by_id(id.as_str()).exec(self.connection()).await?;
        self.touch_realm(&realm);
        Ok(())
    }

    /// Lets one role bring another of the same realm.
    pub async fn add_composite(&mut self, parent: &RoleId, child: &RoleId) -> Result<(), Error> {
        let realm = self.realm_of_role(parent).await?;
        if self.realm_of_role(child).await? != realm {
            return Err(Error::NotFound("role"));
        }
        let among = Condition::all().add(composite::Column::ParentId.eq(parent.as_str()));
        let row = composite::ActiveModel {
            parent_id: Set(parent.to_string()),
            child_id: Set(child.to_string()),
            position: Set(rows::next_position(self.connection(), composite::Column::Position, among).await?),
        };
        composite::Entity::insert(row)
            .on_conflict(
                OnConflict::columns([composite::Column::ParentId, composite::Column::ChildId]).do_nothing().to_owned(),
            )
            .exec_without_returning(self.connection())
            .await?;
        self.touch_realm(&realm);
        Ok(())
    }

    /// Ends it.
    pub async fn remove_composite(&mut self, parent: &RoleId, child: &RoleId) -> Result<(), Error> {
        let realm = self.realm_of_role(parent).await?;
        composite::Entity::delete_by_id((parent.to_string(), child.to_string())).exec(self.connection()).await?;
        self.touch_realm(&realm);
        Ok(())
    }

    async fn realm_of_role(&self, id: &RoleId) -> Result<RealmId, Error> {
        let row = entity::Entity::find_by_id(id.as_str()).one(self.connection()).await?;
        row.map(|row| row.realm_id.into()).ok_or(Error::NotFound("role"))
    }
}
