//! Changing users: facts, attributes, roles and groups.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, EntityTrait, QueryFilter,
    sea_query::OnConflict,
};
use serde_json::Value;

use super::{
    add::{check_length, name_key},
    attribute, entity, member, role,
};
use crate::{BoxFuture, Error, GroupId, RealmId, RoleId, Tx, UserId, rows};

/// Keycloak's column takes as much.
const LONGEST_ATTRIBUTE_NAME: usize = 255;

/// What of a user to change; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    /// The user name.
    pub username: Option<String>,
    /// The e-mail address; `Some(None)` takes it away.
    pub email: Option<Option<String>>,
    /// First name.
    pub first_name: Option<Option<String>>,
    /// Last name.
    pub last_name: Option<Option<String>>,
    /// Whether the user may do anything.
    pub enabled: Option<bool>,
    /// What the user must do before anything else.
    pub required_actions: Option<Vec<String>>,
    /// Tokens issued before this unix second are not taken.
    pub not_before: Option<i64>,
}

impl Tx {
    /// Changes a user. Whoever is disabled loses every ticket and session for good; who is enabled again is no longer locked out.
    pub fn change_user<'a>(&'a mut self, id: &'a UserId, change: UserChange) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let row = self.user_row(id).await?;
            let realm = RealmId::from(row.realm_id.as_str());
            let mut changed = entity::ActiveModel { id: Unchanged(row.id.clone()), ..Default::default() };
            if let Some(username) = change.username {
                let username = username.to_lowercase();
                check_length("username", &username)?;
                self.touch_login(&realm, &row.username);
                self.touch_login(&realm, &username);
                changed.username = Set(username);
            }
            if let Some(email) = change.email {
                let email = email.map(|email| email.to_lowercase()).filter(|email| !email.is_empty());
                if let Some(old) = &row.email {
                    self.touch_login(&realm, old);
                }
                if let Some(email) = &email {
                    check_length("email", email)?;
                    let rules = self.birth_rules(&realm).await?;
                    self.check_email_is_free(&realm, &rules, email, Some(id)).await?;
                    self.touch_login(&realm, email);
                }
                changed.email = Set(email);
            }
            if let Some(first_name) = change.first_name {
                changed.first_name_key = Set(name_key(first_name.as_deref()));
                changed.first_name = Set(first_name);
            }
            if let Some(last_name) = change.last_name {
                changed.last_name_key = Set(name_key(last_name.as_deref()));
                changed.last_name = Set(last_name);
            }
            if let Some(enabled) = change.enabled {
                changed.enabled = Set(enabled);
            }
            if let Some(actions) = change.required_actions {
                changed.required_actions = Set(Value::from(actions).to_string());
            }
            if let Some(not_before) = change.not_before {
                changed.not_before = Set(not_before);
            }
            if changed.is_changed() {
                entity::Entity::update_many()
                    .set(changed)
                    .filter(entity::Column::Id.eq(id.as_str()))
                    .exec(self.connection())
                    .await
                    .map_err(rows::conflict("username"))?;
            }
            match change.enabled {
                Some(false) => self.revoke_of_disabled(id).await?,
                Some(true) if !row.enabled => self.forget_lock_out(id).await?,
                _ => {}
            }
            self.touch_user(id);
            Ok(())
        })
    }

    /// Gives an attribute these values; none takes it away.
    pub async fn set_attribute(&mut self, user: &UserId, name: &str, values: &[String]) -> Result<(), Error> {
        if name.is_empty() || name.len() > LONGEST_ATTRIBUTE_NAME {
            return Err(Error::invalid("attributes", "a name must have 1 to 255 bytes"));
        }
        attribute::Entity::delete_many()
            .filter(attribute::Column::UserId.eq(user.as_str()))
            .filter(attribute::Column::Name.eq(name))
            .exec(self.connection())
            .await?;
        if !values.is_empty() {
            let rows = values.iter().zip(0..).map(|(value, position)| attribute::ActiveModel {
                user_id: Set(user.to_string()),
                name: Set(name.to_owned()),
                position: Set(position),
                value: Set(value.clone()),
            });
            attribute::Entity::insert_many(rows)
                .exec_without_returning(self.connection())
                .await
                .map_err(rows::conflict("attributes"))?;
        }
        self.touch_user(user);
        Ok(())
    }

    /// Grants a role; one that the user has already stays granted.
    pub async fn grant_role(&mut self, user: &UserId, role: &RoleId) -> Result<(), Error> {
        let among = Condition::all().add(role::Column::UserId.eq(user.as_str()));
        let row = role::ActiveModel {
            user_id: Set(user.to_string()),
            role_id: Set(role.to_string()),
            position: Set(rows::next_position(self.connection(), role::Column::Position, among).await?),
        };
        role::Entity::insert(row)
            .on_conflict(OnConflict::columns([role::Column::UserId, role::Column::RoleId]).do_nothing().to_owned())
            .exec_without_returning(self.connection())
            .await
            .map_err(rows::conflict("role"))?;
        self.touch_user(user);
        Ok(())
    }

    /// Takes a role away.
    pub async fn revoke_role(&mut self, user: &UserId, role: &RoleId) -> Result<(), Error> {
        role::Entity::delete_by_id((user.to_string(), role.to_string())).exec(self.connection()).await?;
        self.touch_user(user);
        Ok(())
    }

    /// Puts a user into a group.
    pub async fn join_group(&mut self, user: &UserId, group: &GroupId) -> Result<(), Error> {
        let among = Condition::all().add(member::Column::UserId.eq(user.as_str()));
        let row = member::ActiveModel {
            user_id: Set(user.to_string()),
            group_id: Set(group.to_string()),
            position: Set(rows::next_position(self.connection(), member::Column::Position, among).await?),
        };
        member::Entity::insert(row)
            .on_conflict(OnConflict::columns([member::Column::UserId, member::Column::GroupId]).do_nothing().to_owned())
            .exec_without_returning(self.connection())
            .await
            .map_err(rows::conflict("group"))?;
        self.touch_user(user);
        Ok(())
    }

    /// Takes a user out of a group.
    pub async fn leave_group(&mut self, user: &UserId, group: &GroupId) -> Result<(), Error> {
        member::Entity::delete_by_id((user.to_string(), group.to_string())).exec(self.connection()).await?;
        self.touch_user(user);
        Ok(())
    }

    /// The row of a user who must be there.
    pub(crate) async fn user_row(&self, id: &UserId) -> Result<entity::Model, Error> {
        entity::Entity::find_by_id(id.as_str()).one(self.connection()).await?.ok_or(Error::NotFound("user"))
    }
}
