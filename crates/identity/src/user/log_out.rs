//! Ending everything that speaks for a user, without disabling them.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::entity;
use crate::{Error, Tx, UserId, session};

impl Tx {
    /// Closes all sessions of a user, offline ones too, and takes no token any more that was issued to them before now.
    pub async fn log_out_user(&mut self, user: &UserId) -> Result<(), Error> {
        self.user_row(user).await?;
        let now = self.identity().clock().now().seconds();
        entity::Entity::update_many()
            .set(entity::ActiveModel { not_before: Set(now), ..Default::default() })
            .filter(entity::Column::Id.eq(user.as_str()))
            .exec(self.connection())
            .await?;
        session::close_of_users(&[user.as_str()], self.connection()).await?;
        self.closed_sessions(user);
        self.touch_user(user);
        Ok(())
    }
}
