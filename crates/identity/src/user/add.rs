//! Making and removing users.

use std::collections::BTreeMap;

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::Value;

use super::{entity, map::LONGEST_LOGIN};
use crate::{BoxFuture, ClientId, Error, RealmId, Tx, UserId, login_failure, realm::BirthRules, rows};

/// A user that is still to be made.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Its row, if it has one already; else a random one.
    pub id: Option<UserId>,
    /// The user name; kept in lower case, as Keycloak does.
    pub username: String,
    /// The e-mail address; kept in lower case.
    pub email: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Whether the user may do anything.
    pub enabled: bool,
    /// What the user must do before anything else.
    pub required_actions: Vec<String>,
    /// Attributes, each with its values.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// The client whose service account this is.
    pub service_account_client: Option<ClientId>,
    /// The rest of Keycloak's UserRepresentation (`emailVerified`, …); null for none.
    pub document: Value,
}

impl NewUser {
    /// An enabled user with nothing but a name.
    pub fn named(username: impl Into<String>) -> Self {
        Self {
            id: None,
            username: username.into(),
            email: None,
            first_name: None,
            last_name: None,
            enabled: true,
            required_actions: Vec::new(),
            attributes: BTreeMap::new(),
            service_account_client: None,
            document: Value::Null,
        }
    }
}

impl Tx {
    /// Makes a user, with the realm's default role and default groups. The service account of a client has neither.
    pub fn add_user<'a>(&'a mut self, realm: &'a RealmId, user: NewUser) -> BoxFuture<'a, Result<UserId, Error>> {
        Box::pin(async move {
            let username = user.username.to_lowercase();
            check_length("username", &username)?;
            let email = user.email.map(|email| email.to_lowercase()).filter(|email| !email.is_empty());
            let rules = self.birth_rules(realm).await?;
            if let Some(email) = &email {
                check_length("email", email)?;
                self.check_email_is_free(realm, &rules, email, None).await?;
            }
            let identity = self.identity().clone();
            let id = user.id.unwrap_or_else(|| UserId::random(identity.random()));
            let now = identity.clock().now();
            let row = entity::ActiveModel {
                id: Set(id.to_string()),
                realm_id: Set(realm.to_string()),
                username: Set(username.clone()),
                email: Set(email.clone()),
                first_name_key: Set(name_key(user.first_name.as_deref())),
                last_name_key: Set(name_key(user.last_name.as_deref())),
                first_name: Set(user.first_name),
                last_name: Set(user.last_name),
                enabled: Set(user.enabled),
                created_at: Set(now.0),
                service_account_client_id: Set(user.service_account_client.as_ref().map(ToString::to_string)),
                not_before: Set(0),
                required_actions: Set(Value::from(user.required_actions).to_string()),
                version: Set(1),
                document: Set(Value::Object(rows::members(user.document)?).to_string()),
                // Behind all that a file brought, without a look at them.
                position: Set(now.0),
            };
            entity::Entity::insert(row)
                .exec_without_returning(self.connection())
                .await
                .map_err(rows::conflict("username"))?;
            for (name, values) in &user.attributes {
                self.set_attribute(&id, name, values).await?;
            }
            if user.service_account_client.is_none() {
                if let Some(role) = &rules.default_role {
                    self.grant_role(&id, role).await?;
                }
                for group in &rules.default_groups {
                    self.join_group(&id, group).await?;
                }
            }
            self.touch_user(&id);
            self.touch_login(realm, &username);
            if let Some(email) = &email {
                self.touch_login(realm, email);
            }
            Ok(id)
        })
    }

    /// Removes a user with their credentials, grants and tickets.
    pub async fn remove_user(&mut self, id: &UserId) -> Result<(), Error> {
        let removed = entity::Entity::delete_by_id(id.as_str()).exec(self.connection()).await?;
        if removed.rows_affected == 0 {
            return Err(Error::NotFound("user"));
        }
        login_failure::remove(id, self.connection()).await?;
        self.removed_user(id);
        Ok(())
    }

    /// Where addresses may not be shared, nobody else may have this one.
    pub(super) async fn check_email_is_free(
        &self,
        realm: &RealmId,
        rules: &BirthRules,
        email: &str,
        but: Option<&UserId>,
    ) -> Result<(), Error> {
        if rules.duplicate_emails_allowed {
            return Ok(());
        }
        let mut others = entity::Entity::find()
            .select_only()
            .column(entity::Column::Id)
            .filter(entity::Column::RealmId.eq(realm.as_str()))
            .filter(entity::Column::Email.eq(email));
        if let Some(but) = but {
            others = others.filter(entity::Column::Id.ne(but.as_str()));
        }
        let taken: Option<String> = others.into_tuple().one(self.connection()).await?;
        if taken.is_some() { Err(Error::Conflict("email")) } else { Ok(()) }
    }
}

/// What a first or last name is searched by: as much of it as an index takes, in lower case.
pub(crate) fn name_key(name: Option<&str>) -> Option<String> {
    name.map(|name| name.chars().take(LONGEST_LOGIN).collect::<String>().to_lowercase())
}

/// Keycloak's columns take as much.
pub(super) fn check_length(field: &str, text: &str) -> Result<(), Error> {
    if text.is_empty() {
        return Err(Error::invalid(field, "is required"));
    }
    if text.len() > LONGEST_LOGIN {
        return Err(Error::invalid(field, format!("is longer than {LONGEST_LOGIN} bytes")));
    }
    Ok(())
}
