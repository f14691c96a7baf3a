//! Disabling and enabling a user, and what goes with either.

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityName, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, Query},
};

use super::{attribute, entity};
use crate::{Error, Tx, User, UserId, login_failure, session, ticket};

/// Keycloak's attribute that tells why a user is disabled, and its one word for it.
const DISABLED_REASON: &str = "disabledReason";
const PERMANENT_LOCKOUT: &str = "permanentLockout";

impl User {
    /// Whether too many failed log-ins have disabled this user, here or where a realm file comes from.
    #[must_use]
    pub fn is_locked_out(&self) -> bool {
        let reason = self.attributes.get(DISABLED_REASON).and_then(|values| values.first());
        !self.enabled && reason.is_some_and(|reason| reason == PERMANENT_LOCKOUT)
    }
}

impl Tx {
    /// What speaks for a user who was just disabled dies for good: whoever enables the user again cannot know in whose hands
    /// it is by then.
    pub(super) async fn revoke_of_disabled(&mut self, user: &UserId) -> Result<(), Error> {
        let revoked = ticket::revoke_of_users(&[user.as_str()], self.connection()).await?;
        self.revoked_tickets(revoked);
        session::close_of_users(&[user.as_str()], self.connection()).await?;
        self.closed_sessions(user);
        Ok(())
    }

    /// A user who is enabled again is no longer locked out, and counting begins anew: otherwise the next failure would lock
    /// again.
    pub(super) async fn forget_lock_out(&mut self, user: &UserId) -> Result<(), Error> {
        attribute::Entity::delete_many()
            .filter(attribute::Column::UserId.eq(user.as_str()))
            .filter(attribute::Column::Name.eq(DISABLED_REASON))
            .filter(attribute::Column::Value.eq(PERMANENT_LOCKOUT))
            .exec(self.connection())
            .await?;
        login_failure::remove_permanent(user, self.connection()).await?;
        Ok(())
    }
}

/// A permanent lock-out disables users as an administrator would.
pub(crate) async fn lock_out(users: Vec<&str>, on: &DatabaseTransaction) -> Result<(), DbErr> {
    if users.is_empty() {
        return Ok(());
    }
    // First of all: from here on nobody can issue a ticket beside this.
    let update = Query::update()
        .table(entity::Entity.table_ref())
        .value(entity::Column::Enabled, false)
        .value(entity::Column::Version, Expr::col(entity::Column::Version).add(1))
        .cond_where(Condition::all().add(entity::Column::Id.is_in(users)).add(entity::Column::Enabled.eq(true)))
        .returning_col(entity::Column::Id)
        .to_owned();
    let rows = on.query_all(&update).await?;
    let disabled: Vec<String> = rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?;
    if disabled.is_empty() {
        return Ok(());
    }
    attribute::Entity::delete_many()
        .filter(attribute::Column::UserId.is_in(disabled.iter().map(String::as_str)))
        .filter(attribute::Column::Name.eq(DISABLED_REASON))
        .exec(on)
        .await?;
    let reasons = disabled.iter().map(|user| attribute::ActiveModel {
        user_id: Set(user.clone()),
        name: Set(DISABLED_REASON.to_owned()),
        position: Set(0),
        value: Set(PERMANENT_LOCKOUT.to_owned()),
    });
    attribute::Entity::insert_many(reasons).exec_without_returning(on).await?;
    let disabled: Vec<&str> = disabled.iter().map(String::as_str).collect();
    ticket::revoke_of_users(&disabled, on).await?;
    session::close_of_users(&disabled, on).await
}
