//! Changing a realm's settings.

use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter,
};
use serde_json::{Map, Value};

use super::{
    add::{NOUNS, check_name},
    defaults, entity,
};
use crate::{
    Error, RealmId, Tx, rows,
    sealing::{self, Noun},
};

impl Tx {
    /// Changes a realm by members of its RealmRepresentation: those present replace, `null` removes. Members with rows of
    /// their own (clients, roles, users, …) are refused.
    pub async fn change_realm(&mut self, id: &RealmId, patch: Value) -> Result<(), Error> {
        let mut patch = rows::members(patch)?;
        rows::refuse_members(&patch, &NOUNS, "is not changed with the realm")?;
        rows::refuse_members(&patch, &["id"], "cannot be changed")?;
        let row = entity::Entity::find_by_id(id.as_str()).one(self.connection()).await?;
        let row = row.ok_or(Error::NotFound("realm"))?;
        let mut changed = entity::ActiveModel { id: Unchanged(row.id.clone()), ..Default::default() };
        if let Some(name) = rows::take_optional_text(&mut patch, "realm")?.filter(|name| *name != row.name) {
            if row.name == defaults::MASTER {
                return Err(Error::Refused("the realm `master` cannot be renamed".to_owned()));
            }
            check_name(&name)?;
            self.touch_realm_name(&row.name);
            self.touch_realm_name(&name);
            self.rename_management_client(&row.name, &name).await?;
            changed.name = Set(name);
        }
        changed.enabled = Set(rows::take_flag(&mut patch, "enabled", row.enabled)?);

        let mut document = rows::document(&row.document, &format!("realm {}", row.name))?;
        let secrets = sealing::open_secrets(&self.identity().0, Noun::Realm, id.as_str(), row.sealed.as_deref())?;
        sealing::put_back(&mut document, &secrets);
        let mut document = rows::members(document)?;
        self.check_default_role(id, &patch).await?;
        rows::merge(&mut document, patch);
        let (document, sealed) = self.seal_realm(id, document)?;
        changed.document = Set(document);
        changed.sealed = Set(sealed);
        entity::Entity::update_many()
            .set(changed)
            .filter(entity::Column::Id.eq(id.as_str()))
            .exec(self.connection())
            .await
            .map_err(rows::conflict("realm"))?;
        self.touch_realm(id);
        Ok(())
    }

    /// A realm always has a default role, and it is one of its own.
    async fn check_default_role(&self, id: &RealmId, patch: &Map<String, Value>) -> Result<(), Error> {
        let Some(given) = patch.get("defaultRole") else { return Ok(()) };
        let name = given.get("name").and_then(Value::as_str);
        let found = match name {
            Some(name) => self.realm_role_row(id, name).await?,
            None => None,
        };
        match found {
            Some(_) => Ok(()),
            None => Err(Error::invalid("defaultRole", "must name a role of the realm")),
        }
    }
}
