//! Making, replacing and removing credentials.

use std::fmt;

use crypto::password::PasswordHash;
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder,
};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{PASSWORD, TABLE, entity, hash_kind, kind_of};
use crate::{BoxFuture, CredentialId, Error, Timestamp, Tx, UserId, rows, sealing, ticket};

/// A credential that is still to be made, in Keycloak's words.
pub struct NewCredential {
    /// Its row, if it has one already; else a random one.
    pub id: Option<CredentialId>,
    /// `password`, `otp`, …
    pub kind: String,
    /// The user's name for it.
    pub label: Option<String>,
    /// When it was made, where known.
    pub created_at: Option<Timestamp>,
    /// Keycloak's `credentialData`: what anyone may see.
    pub credential_data: String,
    /// Keycloak's `secretData`: sealed at once.
    pub secret_data: Zeroizing<String>,
    /// The rest of Keycloak's CredentialRepresentation; null for none.
    pub document: Value,
}

impl fmt::Debug for NewCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewCredential").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Tx {
    /// Adds a credential behind those the user has.
    pub async fn add_credential(&mut self, user: &UserId, credential: NewCredential) -> Result<CredentialId, Error> {
        let realm = self.user_row(user).await?.realm_id;
        let document = rows::members(credential.document)?;
        let identity = self.identity().clone();
        let id = credential.id.unwrap_or_else(|| CredentialId::random(identity.random()));
        let algorithm = (credential.kind == PASSWORD)
            .then(|| kind_of(&credential.credential_data, &credential.secret_data))
            .flatten();
        let among = Condition::all().add(entity::Column::UserId.eq(user.as_str()));
        let row = entity::ActiveModel {
            id: Set(id.to_string()),
            user_id: Set(user.to_string()),
            realm_id: Set(realm),
            kind: Set(credential.kind),
            label: Set(credential.label),
            created_at: Set(credential.created_at.map(|at| at.0)),
            position: Set(rows::next_position(self.connection(), entity::Column::Position, among).await?),
            credential_data: Set(credential.credential_data),
            sealed: Set(sealing::seal(&identity.0, TABLE, id.as_str(), credential.secret_data.as_bytes())),
            algorithm: Set(algorithm),
            used_step: Set(None),
            document: Set(Value::Object(document).to_string()),
        };
        entity::Entity::insert(row).exec_without_returning(self.connection()).await.map_err(rows::conflict("id"))?;
        self.touch_user(user);
        Ok(id)
    }

    /// Gives the user this password in place of any before, and revokes the tickets that die with it.
    pub fn set_password_hash<'a>(
        &'a mut self,
        user: &'a UserId,
        hash: &'a PasswordHash,
    ) -> BoxFuture<'a, Result<CredentialId, Error>> {
        Box::pin(async move {
            let before = entity::Entity::find()
                .filter(entity::Column::UserId.eq(user.as_str()))
                .filter(entity::Column::Kind.eq(PASSWORD))
                .order_by_asc(entity::Column::Position)
                .all(self.connection())
                .await?;
            self.revoke_with_password(user).await?;
            let now = self.identity().clock().now();
            let mut before = before.into_iter();
            let Some(first) = before.next() else {
                let (credential_data, secret_data) = hash.to_keycloak();
                let credential = NewCredential {
                    id: None,
                    kind: PASSWORD.to_owned(),
                    label: None,
                    created_at: Some(now),
                    credential_data,
                    secret_data: Zeroizing::new(secret_data),
                    document: Value::Null,
                };
                return self.add_credential(user, credential).await;
            };
            for other in before {
                entity::Entity::delete_by_id(other.id).exec(self.connection()).await?;
            }
            let id = CredentialId::from(first.id);
            let mut changed = self.hash_columns(&id, hash);
            changed.created_at = Set(Some(now.0));
            entity::Entity::update_many()
                .set(changed)
                .filter(entity::Column::Id.eq(id.as_str()))
                .exec(self.connection())
                .await?;
            self.touch_user(user);
            Ok(id)
        })
    }

    /// Replaces the hash of one password, after a log-in proved it, by one of today's cost: only if the row's sealed half is
    /// still the one that was proved. Whether it was is answered.
    pub(crate) async fn replace_password_hash(
        &mut self,
        id: &CredentialId,
        proved: &[u8],
        hash: &PasswordHash,
    ) -> Result<bool, Error> {
        let replaced = entity::Entity::update_many()
            .set(self.hash_columns(id, hash))
            .filter(entity::Column::Id.eq(id.as_str()))
            // Sealed anew at each change, so that equal bytes are the same password.
            .filter(entity::Column::Sealed.eq(proved))
            .exec(self.connection())
            .await?;
        // The user's version stays: the password is the same, and a ticket that is being issued on the strength of it
        // must not be refused because the user seems to have changed.
        Ok(replaced.rows_affected == 1)
    }

    /// Removes a credential; with a password go the tickets that die with it.
    pub async fn remove_credential(&mut self, id: &CredentialId) -> Result<(), Error> {
        let row = entity::Entity::find_by_id(id.as_str()).one(self.connection()).await?;
        let row = row.ok_or(Error::NotFound("credential"))?;
        entity::Entity::delete_by_id(id.as_str()).exec(self.connection()).await?;
        let user = row.user_id.into();
        if row.kind == PASSWORD {
            self.revoke_with_password(&user).await?;
        }
        self.touch_user(&user);
        Ok(())
    }

    async fn revoke_with_password(&mut self, user: &UserId) -> Result<(), Error> {
        let revoked = ticket::revoke_with_password(user, self.connection()).await?;
        self.revoked_tickets(revoked);
        Ok(())
    }

    fn hash_columns(&self, id: &CredentialId, hash: &PasswordHash) -> entity::ActiveModel {
        let (credential_data, secret_data) = hash.to_keycloak();
        let secret_data = Zeroizing::new(secret_data);
        entity::ActiveModel {
            id: Unchanged(id.to_string()),
            algorithm: Set(Some(hash_kind(&hash.spec()))),
            credential_data: Set(credential_data),
            sealed: Set(sealing::seal(&self.identity().0, TABLE, id.as_str(), secret_data.as_bytes())),
            ..Default::default()
        }
    }
}
