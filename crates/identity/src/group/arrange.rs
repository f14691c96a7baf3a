//! Changing groups, and where they stand.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Map, Value, json};

use super::entity;
use crate::{Error, GroupId, RealmId, Tx, realm, rows};

/// More levels than this are a circle that no verb here makes.
const DEEPEST: usize = 256;
/// Where a realm's document names the groups that new users join.
const DEFAULT_GROUPS: &str = "defaultGroups";

/// What of a group to change; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct GroupChange {
    /// Its name.
    pub name: Option<String>,
    /// Members of the rest of its representation: those present replace, `null` removes.
    pub document: Map<String, Value>,
}

impl Tx {
    /// Changes a group. Where the realm's default groups are at or below it, they follow to the new path.
    ///
    /// # Errors
    /// [`Error::Conflict`] where a group beside it has the name.
    pub async fn change_group(&mut self, id: &GroupId, change: GroupChange) -> Result<(), Error> {
        let row = self.group_row(id).await?;
        let realm = RealmId::from(row.realm_id.as_str());
        let before = self.path_of_group(id).await?;
        let mut document = rows::members(rows::document(&row.document, &format!("group {id}"))?)?;
        rows::merge(&mut document, change.document);
        let mut changed =
            entity::ActiveModel { document: Set(Value::Object(document).to_string()), ..Default::default() };
        let name = change.name.filter(|name| *name != row.name);
        if let Some(name) = &name {
            if name.is_empty() || name.len() > rows::LONGEST_NAME {
                return Err(Error::invalid("name", "must have 1 to 255 bytes"));
            }
            changed.name = Set(name.clone());
        }
        self.update_group(id, changed).await?;
        self.touch_realm(&realm);
        if name.is_some() {
            let after = self.path_of_group(id).await?;
            self.follow_default_groups(&realm, &before, Some(&after)).await?;
        }
        Ok(())
    }

    /// Puts a group, with all below it, under another one of its realm, or at the top.
    ///
    /// # Errors
    /// [`Error::Conflict`] where a group there has its name, [`Error::Refused`] for a place at or below itself.
    pub async fn move_group(&mut self, id: &GroupId, parent: Option<&GroupId>) -> Result<(), Error> {
        let row = self.group_row(id).await?;
        let realm = RealmId::from(row.realm_id.as_str());
        if let Some(parent) = parent {
            if self.realm_of_group(parent).await? != realm {
                return Err(Error::NotFound("group"));
            }
            let above = self.line_of_group(parent).await?;
            if above.iter().any(|(above, _)| above == id) {
                return Err(Error::Refused("a group cannot be moved below itself".to_owned()));
            }
        }
        let before = self.path_of_group(id).await?;
        let parent_id = Set(parent.map(ToString::to_string));
        self.update_group(id, entity::ActiveModel { parent_id, ..Default::default() }).await?;
        self.touch_realm(&realm);
        let after = self.path_of_group(id).await?;
        self.follow_default_groups(&realm, &before, Some(&after)).await
    }

    /// Makes a group one that new users of the realm join, or ends that. What is so already stays so.
    pub async fn set_default_group(&mut self, id: &GroupId, is_default: bool) -> Result<(), Error> {
        let realm = self.realm_of_group(id).await?;
        let path = self.path_of_group(id).await?;
        let mut paths = self.default_group_paths(&realm).await?;
        if paths.contains(&path) == is_default {
            return Ok(());
        }
        if is_default {
            paths.push(path);
        } else {
            paths.retain(|one| *one != path);
        }
        self.change_realm(&realm, json!({ DEFAULT_GROUPS: paths })).await
    }

    /// The realm's default groups are named by their paths: they follow a group that goes elsewhere, or away.
    pub(super) async fn follow_default_groups(
        &mut self,
        realm: &RealmId,
        before: &str,
        after: Option<&str>,
    ) -> Result<(), Error> {
        let paths = self.default_group_paths(realm).await?;
        let mut followed = Vec::with_capacity(paths.len());
        for path in &paths {
            match path.strip_prefix(before).filter(|rest| rest.is_empty() || rest.starts_with('/')) {
                Some(rest) => followed.extend(after.map(|after| format!("{after}{rest}"))),
                None => followed.push(path.clone()),
            }
        }
        if followed != paths {
            self.change_realm(realm, json!({ DEFAULT_GROUPS: followed })).await?;
        }
        Ok(())
    }

    async fn default_group_paths(&self, realm: &RealmId) -> Result<Vec<String>, Error> {
        let row = realm::entity::Entity::find_by_id(realm.as_str()).one(self.connection()).await?;
        let row = row.ok_or(Error::NotFound("realm"))?;
        let document = rows::document(&row.document, &format!("realm {}", row.name))?;
        let list = document.get(DEFAULT_GROUPS).and_then(Value::as_array).into_iter().flatten();
        Ok(list.filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// A group's path.
    pub(super) async fn path_of_group(&self, id: &GroupId) -> Result<String, Error> {
        let line = self.line_of_group(id).await?;
        Ok(line.iter().rev().fold(String::new(), |path, (_, name)| format!("{path}/{name}")))
    }

    /// A group and those above it, with their names, from below.
    async fn line_of_group(&self, id: &GroupId) -> Result<Vec<(GroupId, String)>, Error> {
        let mut line = Vec::new();
        let mut next = Some(id.clone());
        while let Some(id) = next {
            if line.len() >= DEEPEST {
                return Err(Error::fault("groups stand in a circle"));
            }
            let row = self.group_row(&id).await?;
            next = row.parent_id.map(GroupId::from);
            line.push((id, row.name));
        }
        Ok(line)
    }

    async fn group_row(&self, id: &GroupId) -> Result<entity::Model, Error> {
        entity::Entity::find_by_id(id.as_str()).one(self.connection()).await?.ok_or(Error::NotFound("group"))
    }

    async fn update_group(&self, id: &GroupId, changed: entity::ActiveModel) -> Result<(), Error> {
        entity::Entity::update_many()
            .set(changed)
            .filter(entity::Column::Id.eq(id.as_str()))
            .exec(self.connection())
            .await
            .map_err(rows::conflict("name"))?;
        Ok(())
    }
}
