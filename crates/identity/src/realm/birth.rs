//! What a realm gives its new users and clients.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;

use super::entity;
use crate::{
    Error, GroupId, RealmId, RoleId, Tx,
    group::{self, GroupTree},
    rows,
};

/// What a new user or client comes with, and what is asked of a user's address.
#[derive(Debug, Clone, Default)]
pub(crate) struct BirthRules {
    pub(crate) duplicate_emails_allowed: bool,
    pub(crate) default_role: Option<RoleId>,
    pub(crate) default_groups: Vec<GroupId>,
    /// Names of client scopes that a new client has by default.
    pub(crate) default_scopes: Vec<String>,
    /// And of those it has on request.
    pub(crate) optional_scopes: Vec<String>,
}

impl Tx {
    /// Read once in a unit of work, and again after the realm changed in it.
    pub(crate) async fn birth_rules(&mut self, realm: &RealmId) -> Result<BirthRules, Error> {
        if let Some(known) = self.known_birth_rules(realm) {
            return Ok(known);
        }
        let row = entity::Entity::find_by_id(realm.as_str()).one(self.connection()).await?;
        let row = row.ok_or(Error::NotFound("realm"))?;
        let document = rows::document(&row.document, &format!("realm {}", row.name))?;
        let rules = BirthRules {
            duplicate_emails_allowed: document.get("duplicateEmailsAllowed").and_then(Value::as_bool).unwrap_or(false),
            default_role: self.default_role(realm, &document).await?,
            default_groups: self.default_groups(realm, &document).await?,
            default_scopes: texts(&document, "defaultDefaultClientScopes"),
            optional_scopes: texts(&document, "defaultOptionalClientScopes"),
        };
        self.keep_birth_rules(realm, rules.clone());
        Ok(rules)
    }

    async fn default_role(&self, realm: &RealmId, document: &Value) -> Result<Option<RoleId>, Error> {
        let Some(name) = document.pointer("/defaultRole/name").and_then(Value::as_str) else { return Ok(None) };
        self.realm_role_row(realm, name).await
    }

    async fn default_groups(&self, realm: &RealmId, document: &Value) -> Result<Vec<GroupId>, Error> {
        let paths = texts(document, "defaultGroups");
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let groups = group::entity::Entity::find()
            .filter(group::entity::Column::RealmId.eq(realm.as_str()))
            .all(self.connection())
            .await?;
        let tree = GroupTree::new(groups, Vec::new());
        Ok(paths.into_iter().filter_map(|path| tree.at(&path).cloned()).collect())
    }
}

fn texts(document: &Value, member: &str) -> Vec<String> {
    let list = document.get(member).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}
