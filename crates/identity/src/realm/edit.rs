//! Changing what a realm's document holds besides its settings: flows, components, identity providers, scope mappings. All of
//! it stands there as a realm file has it, so that a realm is one document whichever way it is read or written.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::{Map, Value};

use super::entity;
use crate::{
    Error, Identity, Realm, RealmId, Tx, rows,
    sealing::{self, Noun},
};

impl Tx {
    /// Changes a realm's document, secrets included, by a function of it. What has rows of its own (clients, roles, groups,
    /// users, keys) is not in it.
    ///
    /// # Errors
    /// Those of the function; [`Error::Invalid`] where the realm's settings make no sense afterwards.
    pub async fn edit_realm<T, E: From<Error>>(
        &mut self,
        id: &RealmId,
        edit: impl FnOnce(&mut Map<String, Value>) -> Result<T, E>,
    ) -> Result<T, E> {
        let row = entity::Entity::find_by_id(id.as_str()).one(self.connection()).await.map_err(Error::from)?;
        let row = row.ok_or(Error::NotFound("realm"))?;
        let mut document = opened(self.identity(), &row)?;
        let done = edit(&mut document)?;
        let (document, sealed) = self.seal_realm(id, document)?;
        entity::Entity::update_many()
            .col_expr(entity::Column::Document, Expr::value(document))
            .col_expr(entity::Column::Sealed, Expr::value(sealed))
            .filter(entity::Column::Id.eq(id.as_str()))
            .exec(self.connection())
            .await
            .map_err(Error::from)?;
        self.touch_realm(id);
        Ok(done)
    }
}

impl Identity {
    /// A realm's document with its secrets, and with `id`, `realm` and `enabled`; without what has rows of its own. One
    /// statement.
    pub async fn realm_document(&self, id: &RealmId) -> Result<Map<String, Value>, Error> {
        let row = entity::Entity::find_by_id(id.as_str()).one(self.store().reader()).await?;
        whole(self, &row.ok_or(Error::NotFound("realm"))?)
    }

    /// The documents of all visible realms, by name. One statement.
    pub async fn realm_documents(&self) -> Result<Vec<Map<String, Value>>, Error> {
        use sea_orm::QueryOrder as _;
        let rows = entity::Entity::find()
            .filter(entity::Column::Visible.eq(true))
            .order_by_asc(entity::Column::Name)
            .all(self.store().reader())
            .await?;
        rows.iter().map(|row| whole(self, row)).collect()
    }
}

/// The document as a realm file begins.
fn whole(identity: &Identity, row: &entity::Model) -> Result<Map<String, Value>, Error> {
    let mut whole = Map::new();
    whole.insert("id".to_owned(), row.id.as_str().into());
    whole.insert("realm".to_owned(), row.name.as_str().into());
    whole.insert("enabled".to_owned(), row.enabled.into());
    whole.extend(opened(identity, row)?);
    Ok(whole)
}

fn opened(identity: &Identity, row: &entity::Model) -> Result<Map<String, Value>, Error> {
    let mut document = rows::document(&row.document, &format!("realm {}", row.name))?;
    let secrets = sealing::open_secrets(&identity.0, Noun::Realm, &row.id, row.sealed.as_deref())?;
    sealing::put_back(&mut document, &secrets);
    rows::members(document)
}

impl Realm {
    /// A member of the realm's document.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.document.get(name)
    }
}
