//! Links between users and their accounts at identity providers.

pub(crate) mod entity;

use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use crate::{Error, Identity, Tx, UserId, rows};
use entity::{ActiveModel, Column, Entity, Model};

/// Longest name or id at a provider, in bytes.
const LONGEST: usize = 255;

/// A user's account elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FederatedIdentity {
    /// The provider's alias.
    pub provider: String,
    /// Who the user is there.
    pub user_id: String,
    /// The user's name there.
    pub username: Option<String>,
}

impl From<Model> for FederatedIdentity {
    fn from(row: Model) -> Self {
        Self { provider: row.provider, user_id: row.provider_user_id, username: row.provider_username }
    }
}

impl Identity {
    /// A user's links, in the order in which they were made.
    pub async fn federated_identities(&self, user: &UserId) -> Result<Vec<FederatedIdentity>, Error> {
        let rows = Entity::find()
            .filter(Column::UserId.eq(user.as_str()))
            .order_by_asc(Column::Position)
            .all(self.store().reader())
            .await?;
        Ok(rows.into_iter().map(FederatedIdentity::from).collect())
    }
}

impl Tx {
    /// Links a user with an account at a provider.
    ///
    /// # Errors
    /// [`Error::Conflict`] where the user has a link with this provider already.
    pub async fn link_identity(&mut self, user: &UserId, link: FederatedIdentity) -> Result<(), Error> {
        for (field, text) in [("identityProvider", &link.provider), ("userId", &link.user_id)] {
            if text.is_empty() || text.len() > LONGEST || text.contains('\0') {
                return Err(Error::invalid(field, "must have 1 to 255 bytes"));
            }
        }
        let realm = self.user_row(user).await?.realm_id;
        let among = Condition::all().add(Column::UserId.eq(user.as_str()));
        let row = ActiveModel {
            user_id: Set(user.to_string()),
            provider: Set(link.provider),
            realm_id: Set(realm),
            provider_user_id: Set(link.user_id),
            provider_username: Set(link.username),
            document: Set("{}".to_owned()),
            position: Set(rows::next_position(self.connection(), Column::Position, among).await?),
        };
        let linked = Entity::insert(row).exec_without_returning(self.connection()).await;
        linked.map_err(rows::conflict("identityProvider"))?;
        self.touch_user(user);
        Ok(())
    }

    /// Ends a link; tells whether there was one.
    pub async fn unlink_identity(&mut self, user: &UserId, provider: &str) -> Result<bool, Error> {
        let key = (user.to_string(), provider.to_owned());
        let removed = Entity::delete_by_id(key).exec(self.connection()).await?;
        self.touch_user(user);
        Ok(removed.rows_affected > 0)
    }
}
