//! Opening credentials to check something against them.

use std::fmt;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use zeroize::Zeroizing;

use super::{TABLE, entity};
use crate::{CredentialId, Error, Identity, UserId, sealing};

/// A credential with its secret half open.
pub(crate) struct CredentialSecret {
    pub(crate) id: CredentialId,
    /// Keycloak's `credentialData`.
    pub(crate) credential_data: String,
    /// Keycloak's `secretData`.
    pub(crate) secret_data: Zeroizing<String>,
    /// The last one-time step that was used.
    pub(crate) used_step: Option<i64>,
    /// The secret half as the row has it: tells later whether it is still the same.
    pub(crate) sealed: Vec<u8>,
}

impl fmt::Debug for CredentialSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialSecret").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Identity {
    /// A user's credentials of one kind, opened, in order of preference: one statement.
    pub(crate) async fn credentials_of(&self, user: &UserId, kind: &str) -> Result<Vec<CredentialSecret>, Error> {
        let rows = entity::Entity::find()
            .filter(entity::Column::UserId.eq(user.as_str()))
            .filter(entity::Column::Kind.eq(kind))
            .order_by_asc(entity::Column::Position)
            .all(self.store().reader())
            .await?;
        rows.into_iter().map(|row| self.open_credential(row)).collect()
    }

    fn open_credential(&self, row: entity::Model) -> Result<CredentialSecret, Error> {
        let plain = sealing::open(&self.0, TABLE, &row.id, &row.sealed)?;
        let secret_data =
            std::str::from_utf8(&plain).map_err(|_| Error::fault(format!("credential {} is not text", row.id)))?;
        Ok(CredentialSecret {
            secret_data: Zeroizing::new(secret_data.to_owned()),
            id: row.id.into(),
            credential_data: row.credential_data,
            used_step: row.used_step,
            sealed: row.sealed,
        })
    }
}
