//! Looking at a realm's groups: the tree is in the snapshot, what else a group's row holds is read page by page.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;

use super::entity;
use crate::{Error, GroupId, Identity, Realm, RoleId, rows};

/// Below the limits of both databases.
const GROUPS_PER_STATEMENT: usize = 1_000;

impl Realm {
    /// A group's name, if it is one of this realm.
    #[must_use]
    pub fn group_name(&self, id: &GroupId) -> Option<&str> {
        self.groups.name(id)
    }

    /// The group above one; none above a top one.
    #[must_use]
    pub fn group_parent(&self, id: &GroupId) -> Option<&GroupId> {
        self.groups.parent(id)
    }

    /// The groups directly below one, or the top ones, in the order of their names.
    #[must_use]
    pub fn groups_below(&self, parent: Option<&GroupId>) -> &[GroupId] {
        self.groups.below(parent)
    }

    /// How many groups there are.
    #[must_use]
    pub fn count_groups(&self) -> usize {
        self.groups.all().count()
    }

    /// The roles that a group brings by itself.
    #[must_use]
    pub fn group_roles(&self, id: &GroupId) -> &[RoleId] {
        self.groups.own_roles(id)
    }

    /// The roles that a group brings, those of the groups above it included.
    pub fn roles_with_group(&self, id: &GroupId) -> impl Iterator<Item = &RoleId> {
        self.groups.roles(id)
    }

    /// Groups with this in their names, or with exactly this name, in the order of their names. Case does not matter for a part.
    #[must_use]
    pub fn groups_named(&self, text: &str, exact: bool) -> Vec<&GroupId> {
        let part = text.to_lowercase();
        let fits = |name: &str| if exact { name == text } else { name.to_lowercase().contains(&part) };
        let fitting = self.groups.all().filter(|(_, name, _)| fits(name)).map(|(id, ..)| id).collect();
        self.groups_in_order(fitting)
    }

    /// Groups that bring this role by themselves, in the order of their names.
    #[must_use]
    pub fn groups_with_role(&self, role: &RoleId) -> Vec<&GroupId> {
        let bringing = self.groups.all().filter(|(_, _, roles)| roles.contains(role)).map(|(id, ..)| id).collect();
        self.groups_in_order(bringing)
    }

    fn groups_in_order<'r>(&'r self, mut groups: Vec<&'r GroupId>) -> Vec<&'r GroupId> {
        groups.sort_by(|a, b| self.groups.name(a).cmp(&self.groups.name(b)).then_with(|| a.cmp(b)));
        groups
    }
}

impl Identity {
    /// The rest of the representations of groups (`attributes`, `description`), by group.
    pub async fn group_documents(&self, realm: &Realm, ids: &[GroupId]) -> Result<HashMap<GroupId, Value>, Error> {
        let mut found = HashMap::with_capacity(ids.len());
        for some in ids.chunks(GROUPS_PER_STATEMENT) {
            let rows = entity::Entity::find()
                .filter(entity::Column::Id.is_in(some.iter().map(GroupId::as_str)))
                .filter(entity::Column::RealmId.eq(realm.id.as_str()))
                .all(self.store().reader())
                .await?;
            for row in rows {
                let document = rows::document(&row.document, &format!("group {}", row.id))?;
                found.insert(row.id.into(), document);
            }
        }
        Ok(found)
    }

    /// Groups that have these attributes, each with this value among its values, in the order of their names.
    pub async fn groups_with_attributes(
        &self,
        realm: &Realm,
        attributes: &[(String, String)],
    ) -> Result<Vec<GroupId>, Error> {
        let rows = entity::Entity::find()
            .filter(entity::Column::RealmId.eq(realm.id.as_str()))
            .all(self.store().reader())
            .await?;
        let mut found = Vec::new();
        for row in rows {
            let document = rows::document(&row.document, &format!("group {}", row.id))?;
            let has = |name: &str, value: &str| {
                let values = document.get("attributes").and_then(|all| all.get(name)).and_then(Value::as_array);
                values.is_some_and(|values| values.iter().any(|one| one == value))
            };
            if attributes.iter().all(|(name, value)| has(name, value)) {
                found.push(GroupId::from(row.id));
            }
        }
        Ok(realm.groups_in_order(found.iter().collect()).into_iter().cloned().collect())
    }
}
