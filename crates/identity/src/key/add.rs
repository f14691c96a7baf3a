//! Adding keys and changing what they may do.

use std::fmt;

use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{TABLE, entity};
use crate::{Error, KeyId, KeyStatus, RealmId, Tx, rows, sealing};

/// A key that is still to be stored.
pub struct NewKey {
    /// Its row, if it has one already; else a random one.
    pub id: Option<KeyId>,
    /// Its name among the realm's components.
    pub name: String,
    /// Keycloak's provider, such as `rsa-generated`.
    pub provider_id: String,
    /// `RS256`, `ES256`, `RSA-OAEP`, `HS512`, `AES` …
    pub algorithm: String,
    /// `SIG` or `ENC`.
    pub key_use: String,
    /// What it may do.
    pub status: KeyStatus,
    /// Among several that could sign, the highest does.
    pub priority: i64,
    /// Its id in OIDC's JWKS.
    pub kid: String,
    /// The public half (SubjectPublicKeyInfo), of asymmetric keys.
    pub public_der: Option<Vec<u8>>,
    /// The certificate (DER).
    pub certificate: Option<Vec<u8>>,
    /// The private half (PKCS#8) or the symmetric secret; sealed at once.
    pub secret: Zeroizing<Vec<u8>>,
    /// The rest of Keycloak's component; null for none.
    pub document: Value,
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewKey").field("name", &self.name).field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl Tx {
    /// Stores a key.
    pub async fn add_key(&mut self, realm: &RealmId, key: NewKey) -> Result<KeyId, Error> {
        let document = rows::members(key.document)?;
        let identity = self.identity().clone();
        let id = key.id.unwrap_or_else(|| KeyId::random(identity.random()));
        let among = Condition::all().add(entity::Column::RealmId.eq(realm.as_str()));
        let row = entity::ActiveModel {
            id: Set(id.to_string()),
            realm_id: Set(realm.to_string()),
            name: Set(key.name),
            provider_id: Set(key.provider_id),
            algorithm: Set(key.algorithm),
            key_use: Set(key.key_use),
            status: Set(key.status.as_str().to_owned()),
            priority: Set(key.priority),
            kid: Set(key.kid),
            public_der: Set(key.public_der),
            certificate: Set(key.certificate),
            sealed: Set(Some(sealing::seal(&identity.0, TABLE, id.as_str(), &key.secret))),
            created_at: Set(identity.clock().now().0),
            document: Set(Value::Object(document).to_string()),
            position: Set(rows::next_position(self.connection(), entity::Column::Position, among).await?),
        };
        entity::Entity::insert(row).exec_without_returning(self.connection()).await.map_err(rows::conflict("id"))?;
        self.touch_realm(realm);
        Ok(id)
    }

    /// Changes what a key may do.
    pub async fn change_key_status(&mut self, id: &KeyId, status: KeyStatus) -> Result<(), Error> {
        let row = self.key_row(id).await?;
        entity::Entity::update_many()
            .col_expr(entity::Column::Status, Expr::value(status.as_str()))
            .filter(entity::Column::Id.eq(id.as_str()))
            .exec(self.connection())
            .await?;
        self.touch_realm(&row.realm_id.into());
        Ok(())
    }

    /// Removes a key for good.
    pub async fn remove_key(&mut self, id: &KeyId) -> Result<(), Error> {
        let row = self.key_row(id).await?;
        entity::Entity::delete_by_id(id.as_str()).exec(self.connection()).await?;
        self.touch_realm(&row.realm_id.into());
        Ok(())
    }

    async fn key_row(&self, id: &KeyId) -> Result<entity::Model, Error> {
        entity::Entity::find_by_id(id.as_str()).one(self.connection()).await?.ok_or(Error::NotFound("key"))
    }
}
