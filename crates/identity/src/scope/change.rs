//! Changing client scopes.

use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter,
};
use serde_json::{Map, Value};

use super::entity;
use crate::{Error, RealmId, ScopeId, Tx, rows};

impl Tx {
    /// Changes a client scope by members of its representation: those present replace; `attributes` are merged one by one, and
    /// `null` removes one. Mappers have verbs of their own. A scope that is renamed keeps its roles and its place among the realm's
    /// defaults.
    ///
    /// # Errors
    /// [`Error::NotFound`], and [`Error::Conflict`] where another scope of the realm has the name.
    pub async fn change_client_scope(&mut self, id: &ScopeId, mut patch: Map<String, Value>) -> Result<(), Error> {
        let row = entity::Entity::find_by_id(id.as_str()).one(self.connection()).await?;
        let row = row.ok_or(Error::NotFound("client scope"))?;
        let realm = RealmId::from(row.realm_id.as_str());
        rows::refuse_members(&patch, &["protocolMappers"], "is not changed with the client scope")?;
        patch.shift_remove("id");
        let mut changed = entity::ActiveModel { id: Unchanged(row.id.clone()), ..Default::default() };
        let renamed = rows::take_optional_text(&mut patch, "name")?.filter(|name| *name != row.name);
        if let Some(name) = &renamed {
            if name.is_empty() || name.len() > rows::LONGEST_NAME {
                return Err(Error::invalid("name", "must have 1 to 255 bytes"));
            }
            changed.name = Set(name.clone());
        }
        if let Some(protocol) = rows::take_optional_text(&mut patch, "protocol")? {
            changed.protocol = Set(protocol);
        }
        let mut document = rows::members(rows::document(&row.document, &format!("client scope {id}"))?)?;
        rows::merge_with_attributes(&mut document, patch);
        changed.document = Set(Value::Object(document).to_string());
        entity::Entity::update_many()
            .set(changed)
            .filter(entity::Column::Id.eq(id.as_str()))
            .exec(self.connection())
            .await
            .map_err(rows::conflict("name"))?;
        if let Some(name) = renamed {
            self.edit_realm(&realm, |document| {
                rename(document, &row.name, &name);
                Ok::<_, Error>(())
            })
            .await?;
        }
        self.touch_realm(&realm);
        Ok(())
    }
}

/// The realm's document names client scopes: those that new clients get, and those that roles are mapped to.
fn rename(document: &mut Map<String, Value>, from: &str, to: &str) {
    for member in ["defaultDefaultClientScopes", "defaultOptionalClientScopes"] {
        for name in document.get_mut(member).and_then(Value::as_array_mut).into_iter().flatten() {
            if name == from {
                *name = Value::from(to);
            }
        }
    }
    super::mapping::each_mut(document, &mut |mapping| {
        if mapping.get("clientScope").and_then(Value::as_str) == Some(from) {
            mapping.insert("clientScope".to_owned(), Value::from(to));
        }
    });
}
