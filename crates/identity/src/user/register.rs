//! A person who makes their own account.

use std::sync::Arc;

use crypto::password::PasswordHash;
use crypto::secret::Secret;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;

use super::{NewUser, User, entity};
use crate::authenticate::Evidence;
use crate::{Error, Identity, Method, Realm, Tx, UserId};

impl Identity {
    /// Hashes the password of an account that is still to be made, as the realm's policy says. That it satisfies the policy
    /// is checked by whoever asks for it: the policy wants to know the name.
    ///
    /// # Errors
    /// [`Error::Busy`] when the pool is full.
    pub async fn hash_first_password(&self, realm: &Realm, password: &Secret) -> Result<PasswordHash, Error> {
        let mut salt = [0; 16];
        self.random().fill(&mut salt);
        let spec = realm.settings.password_policy.hash_spec();
        let busy = |busy: crypto::password::Busy| Error::Busy { retry_after_seconds: busy.retry_after_seconds };
        self.hashing().hash(spec, password, salt).await.map_err(busy)
    }

    /// Makes an account with the password that its person chose, and answers that this person is who made it.
    ///
    /// # Errors
    /// [`Error::Conflict`] with the field that somebody else has.
    pub async fn register_user(
        &self,
        realm: &Arc<Realm>,
        user: NewUser,
        password: Option<&PasswordHash>,
    ) -> Result<(Arc<User>, Evidence), Error> {
        let mut tx = self.begin().await?;
        let id = tx.add_user(&realm.id, user).await?;
        if let Some(hash) = password {
            tx.set_password_hash(&id, hash).await?;
        }
        tx.commit().await?;
        let user = self.find_user(realm, &id).await?.ok_or(Error::NotFound("user"))?;
        Ok((user, Evidence::new(realm, &id, Method::Password, self.clock().now())))
    }
}

impl Tx {
    /// Writes down whether a user's address has been seen to be theirs.
    pub async fn set_email_verified(&mut self, user: &UserId, verified: bool) -> Result<(), Error> {
        let row = self.user_row(user).await?;
        let mut document: Value =
            serde_json::from_str(&row.document).map_err(|error| Error::fault(error.to_string()))?;
        let Value::Object(members) = &mut document else { return Err(Error::fault("a user's document")) };
        members.insert("emailVerified".to_owned(), Value::Bool(verified));
        let changed = entity::ActiveModel { document: Set(document.to_string()), ..Default::default() };
        entity::Entity::update_many()
            .set(changed)
            .filter(entity::Column::Id.eq(user.as_str()))
            .exec(self.connection())
            .await?;
        self.touch_user(user);
        Ok(())
    }
}

impl User {
    /// Whether the address has been seen to be theirs.
    #[must_use]
    pub fn email_verified(&self) -> bool {
        self.document.get("emailVerified").and_then(Value::as_bool).unwrap_or_default()
    }
}
