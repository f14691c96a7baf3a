//! A user's credentials as they are shown, and their order and labels.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;

use super::entity;
use crate::{CredentialId, Error, Identity, Timestamp, Tx, UserId, rows};

/// Longest label, in characters.
const LONGEST_LABEL: usize = 255;

/// A credential without its secret half.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownCredential {
    /// Its row.
    pub id: CredentialId,
    /// `password`, `otp`, …
    pub kind: String,
    /// The user's name for it.
    pub label: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// Keycloak's `credentialData`: what anyone may see.
    pub credential_data: String,
    /// The rest of Keycloak's CredentialRepresentation.
    pub document: Value,
}

impl Identity {
    /// A user's credentials in order of preference.
    pub async fn shown_credentials(&self, user: &UserId) -> Result<Vec<ShownCredential>, Error> {
        let rows = entity::Entity::find()
            .filter(entity::Column::UserId.eq(user.as_str()))
            .order_by_asc(entity::Column::Position)
            .all(self.store().reader())
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(ShownCredential {
                    document: rows::document(&row.document, &format!("credential {}", row.id))?,
                    id: row.id.into(),
                    kind: row.kind,
                    label: row.label,
                    created_at: row.created_at.map(Timestamp),
                    credential_data: row.credential_data,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Gives a user's credential a label; none takes it away.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the user has no such credential.
    pub async fn label_credential(
        &mut self,
        user: &UserId,
        id: &CredentialId,
        label: Option<&str>,
    ) -> Result<(), Error> {
        if label.is_some_and(|label| label.chars().count() > LONGEST_LABEL || label.contains('\0')) {
            return Err(Error::invalid("userLabel", "is longer than 255 characters"));
        }
        let labelled = entity::Entity::update_many()
            .set(entity::ActiveModel { label: Set(label.map(str::to_owned)), ..Default::default() })
            .filter(entity::Column::Id.eq(id.as_str()))
            .filter(entity::Column::UserId.eq(user.as_str()))
            .exec(self.connection())
            .await?;
        if labelled.rows_affected == 0 {
            return Err(Error::NotFound("credential"));
        }
        self.touch_user(user);
        Ok(())
    }

    /// Puts a user's credential behind another of theirs, or before all.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the user has no such credentials.
    pub async fn move_credential(
        &mut self,
        user: &UserId,
        id: &CredentialId,
        behind: Option<&CredentialId>,
    ) -> Result<(), Error> {
        let rows = entity::Entity::find()
            .filter(entity::Column::UserId.eq(user.as_str()))
            .order_by_asc(entity::Column::Position)
            .all(self.connection())
            .await?;
        let mut order: Vec<&str> = rows.iter().map(|row| row.id.as_str()).filter(|one| *one != id.as_str()).collect();
        if order.len() == rows.len() {
            return Err(Error::NotFound("credential"));
        }
        let place = match behind {
            None => 0,
            Some(behind) => {
                1 + order.iter().position(|one| *one == behind.as_str()).ok_or(Error::NotFound("credential"))?
            }
        };
        order.insert(place, id.as_str());
        for (one, position) in order.into_iter().zip(0..) {
            entity::Entity::update_many()
                .set(entity::ActiveModel { position: Set(position), ..Default::default() })
                .filter(entity::Column::Id.eq(one))
                .exec(self.connection())
                .await?;
        }
        self.touch_user(user);
        Ok(())
    }

    /// Removes a user's credential; with a password go the tickets that die with it.
    ///
    /// # Errors
    /// [`Error::NotFound`] where the user has no such credential.
    pub async fn remove_credential_of(&mut self, user: &UserId, id: &CredentialId) -> Result<(), Error> {
        let row = entity::Entity::find_by_id(id.as_str()).one(self.connection()).await?;
        row.filter(|row| row.user_id == user.as_str()).ok_or(Error::NotFound("credential"))?;
        self.remove_credential(id).await
    }
}
