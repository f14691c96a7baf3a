//! Making, renaming and removing roles and composites.

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use serde_json::Value;

use super::{composite, entity};
use crate::{Error, NewRole, RealmId, RoleId, Tx, rows};

impl Tx {
    /// Makes a role of the realm or of a client.
    pub async fn add_role(&mut self, realm: &RealmId, role: NewRole) -> Result<RoleId, Error> {
        check_name(&role.name)?;
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

    /// Gives a role another name.
    ///
    /// # Errors
    /// [`Error::Refused`] for the realm's default role, [`Error::Conflict`] where another role of the realm or client has the
    /// name, [`Error::Invalid`] for a name that none may have.
    pub async fn rename_role(&mut self, id: &RoleId, name: &str) -> Result<(), Error> {
        check_name(name)?;
        let row = self.role_row(id).await?;
        if row.name == name {
            return Ok(());
        }
        self.refuse_default_role(&row, "renamed").await?;
        entity::Entity::update_many()
            .col_expr(entity::Column::Name, Expr::value(name))
            .filter(entity::Column::Id.eq(id.as_str()))
            .exec(self.connection())
            .await
            .map_err(rows::conflict("name"))?;
        self.touch_realm(&row.realm_id.into());
        Ok(())
    }

    /// Removes a role, and with it every grant of it.
    ///
    /// # Errors
    /// [`Error::Refused`] for the realm's default role.
    pub async fn remove_role(&mut self, id: &RoleId) -> Result<(), Error> {
        let row = self.role_row(id).await?;
        self.refuse_default_role(&row, "removed").await?;
        let realm = RealmId::from(row.realm_id);
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
        Ok(self.role_row(id).await?.realm_id.into())
    }

    pub(super) async fn role_row(&self, id: &RoleId) -> Result<entity::Model, Error> {
        entity::Entity::find_by_id(id.as_str()).one(self.connection()).await?.ok_or(Error::NotFound("role"))
    }

    /// The role that every user has: without it, or under another name, new users would come without their rights and old
    /// ones lose them.
    async fn refuse_default_role(&mut self, row: &entity::Model, what: &str) -> Result<(), Error> {
        let rules = self.birth_rules(&RealmId::from(row.realm_id.as_str())).await?;
        if rules.default_role.is_some_and(|default| default.as_str() == row.id) {
            return Err(Error::Refused(format!("{} is the default role of the realm and cannot be {what}", row.name)));
        }
        Ok(())
    }
}

fn check_name(name: &str) -> Result<(), Error> {
    if name.is_empty() || name.len() > rows::LONGEST_NAME {
        return Err(Error::invalid("name", "must have 1 to 255 bytes"));
    }
    Ok(())
}
