//! Forgetting failed log-ins: after a success, or because an administrator says so.

use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};

use super::entity::{Column, Entity};
use crate::{Error, RealmId, UserId, store::Inner, writer::HotCommand};

/// Removes the counters of a user who is removed, as part of that unit of work.
pub(crate) async fn remove(user: &UserId, on: &DatabaseTransaction) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::UserId.eq(user.as_str())).exec(on).await?;
    Ok(())
}

/// Removes the counters that have locked a user for good, as part of the unit of work that enables the user again.
pub(crate) async fn remove_permanent(user: &UserId, on: &DatabaseTransaction) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::UserId.eq(user.as_str())).filter(Column::Permanent.eq(true)).exec(on).await?;
    Ok(())
}

/// The counters of a user to be forgotten.
pub(crate) struct ClearFailures {
    pub(super) realm: RealmId,
    /// One user's, or those of all users of the realm.
    pub(super) user: Option<UserId>,
}

impl HotCommand for ClearFailures {
    type Answer = ();

    async fn run(set: &[Self], on: &DatabaseTransaction) -> Result<Vec<Result<(), Error>>, DbErr> {
        let chosen = set.iter().fold(Condition::any(), |chosen, clear| {
            let of_user = clear.user.as_ref().map(|user| Column::UserId.eq(user.as_str()));
            chosen.add(Condition::all().add(Column::RealmId.eq(clear.realm.as_str())).add_option(of_user))
        });
        Entity::delete_many().filter(chosen).exec(on).await?;
        Ok(set.iter().map(|_| Ok(())).collect())
    }

    fn forget(&self, (): &(), memory: &Inner) {
        match &self.user {
            Some(user) => memory.failures.drop_user(user),
            None => memory.failures.clear(),
        }
    }
}
