//! Making and removing groups, and the roles they bring.

use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, sea_query::OnConflict};
use serde_json::Value;

use super::{entity, role};
use crate::{Error, GroupId, NewGroup, RealmId, RoleId, Tx, rows};

impl Tx {
    /// Makes a group.
    pub async fn add_group(&mut self, realm: &RealmId, group: NewGroup) -> Result<GroupId, Error> {
        if group.name.is_empty() || group.name.len() > rows::LONGEST_NAME {
            return Err(Error::invalid("name", "must have 1 to 255 bytes"));
        }
        if let Some(parent) = &group.parent
            && self.realm_of_group(parent).await? != *realm
        {
            return Err(Error::NotFound("group"));
        }
        let document = rows::members(group.document)?;
        let identity = self.identity().clone();
        let id = group.id.unwrap_or_else(|| GroupId::random(identity.random()));
        let among = Condition::all().add(entity::Column::RealmId.eq(realm.as_str()));
        let row = entity::ActiveModel {
            id: Set(id.to_string()),
            realm_id: Set(realm.to_string()),
            parent_id: Set(group.parent.map(|parent| parent.to_string())),
            name: Set(group.name),
            document: Set(Value::Object(document).to_string()),
            position: Set(rows::next_position(self.connection(), entity::Column::Position, among).await?),
        };
        entity::Entity::insert(row).exec_without_returning(self.connection()).await.map_err(rows::conflict("name"))?;
        self.touch_realm(realm);
        Ok(id)
    }

    /// Removes a group and those below it.
    pub async fn remove_group(&mut self, id: &GroupId) -> Result<(), Error> {
        let realm = self.realm_of_group(id).await?;
        let path = self.path_of_group(id).await?;
        entity::Entity::delete_by_id(id.as_str()).exec(self.connection()).await?;
        self.touch_realm(&realm);
        self.follow_default_groups(&realm, &path, None).await
    }

    /// Lets a group bring a role.
    pub async fn grant_group_role(&mut self, group: &GroupId, role: &RoleId) -> Result<(), Error> {
        let realm = self.realm_of_group(group).await?;
        let among = Condition::all().add(role::Column::GroupId.eq(group.as_str()));
        let row = role::ActiveModel {
            group_id: Set(group.to_string()),
            role_id: Set(role.to_string()),
            position: Set(rows::next_position(self.connection(), role::Column::Position, among).await?),
        };
        role::Entity::insert(row)
            .on_conflict(OnConflict::columns([role::Column::GroupId, role::Column::RoleId]).do_nothing().to_owned())
            .exec_without_returning(self.connection())
            .await
            .map_err(rows::conflict("role"))?;
        self.touch_realm(&realm);
        Ok(())
    }

    /// Ends it.
    pub async fn revoke_group_role(&mut self, group: &GroupId, role: &RoleId) -> Result<(), Error> {
        let realm = self.realm_of_group(group).await?;
        role::Entity::delete_by_id((group.to_string(), role.to_string())).exec(self.connection()).await?;
        self.touch_realm(&realm);
        Ok(())
    }

    pub(super) async fn realm_of_group(&self, id: &GroupId) -> Result<RealmId, Error> {
        let row = entity::Entity::find_by_id(id.as_str()).one(self.connection()).await?;
        row.map(|row| row.realm_id.into()).ok_or(Error::NotFound("group"))
    }
}
