//! What nodes that make or rotate keys at the same moment agree by.

use crypto::algorithm::Algorithm;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{KeyStatus, SIGNING, entity};
use crate::{Error, RealmId, Tx, realm};

impl Tx {
    /// Holds the realm's row until commit. SQLite's write transactions are alone anyway.
    pub(super) async fn lock_realm(&self, id: &RealmId) -> Result<(), Error> {
        let row = realm::entity::Entity::find_by_id(id.as_str()).lock_exclusive().one(self.connection()).await?;
        row.map(|_| ()).ok_or(Error::NotFound("realm"))
    }

    /// Whether a row signs for this algorithm by now.
    pub(super) async fn has_active_key(&self, realm: &RealmId, algorithm: Algorithm) -> Result<bool, Error> {
        let found: Option<String> = entity::Entity::find()
            .select_only()
            .column(entity::Column::Id)
            .filter(entity::Column::RealmId.eq(realm.as_str()))
            .filter(entity::Column::KeyUse.eq(SIGNING))
            .filter(entity::Column::Status.eq(KeyStatus::Active.as_str()))
            .filter(entity::Column::Algorithm.eq(algorithm.as_str()))
            .into_tuple()
            .one(self.connection())
            .await?;
        Ok(found.is_some())
    }

    /// A key's status in its row.
    pub(super) async fn key_status(&self, id: &str) -> Result<Option<KeyStatus>, Error> {
        let row = entity::Entity::find_by_id(id).one(self.connection()).await?;
        row.map(|row| row.status.parse()).transpose()
    }
}
