//! Revoking: the rows go, and their places in memory go before anybody is told.

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityName, sea_query::Query};

use super::{
    TicketSelector,
    entity::{Column, Entity},
    secret::TicketHash,
};
use crate::{Error, Realm, UserId, store::Inner, writer::HotCommand};

/// Tickets to be revoked.
pub(crate) struct RevokeTickets {
    chosen: Condition,
}

impl RevokeTickets {
    /// Those of a realm that are selected; `None` when there can be none.
    pub(super) fn of(realm: &Realm, selector: TicketSelector<'_>) -> Option<Self> {
        let of_realm = Condition::all().add(Column::RealmId.eq(realm.id.as_str()));
        let chosen = match selector {
            TicketSelector::Secret(secret) => of_realm.add(Column::Hash.eq(TicketHash::of(secret)?.to_vec())),
            TicketSelector::Family(family) => of_realm.add(Column::Family.eq(family.to_string())),
            TicketSelector::UserAndKind(user, kind) => {
                of_realm.add(Column::UserId.eq(user.as_str())).add(Column::Kind.eq(kind))
            }
            TicketSelector::User(user) => of_realm.add(Column::UserId.eq(user.as_str())),
            TicketSelector::Client(client) => of_realm.add(Column::ClientId.eq(client.as_str())),
        };
        Some(Self { chosen })
    }
}

impl HotCommand for RevokeTickets {
    /// What was revoked.
    type Answer = Vec<TicketHash>;

    async fn run(set: &[Self], on: &DatabaseTransaction) -> Result<Vec<Result<Self::Answer, Error>>, DbErr> {
        let mut answers = Vec::with_capacity(set.len());
        for revoke in set {
            answers.push(Ok(delete(revoke.chosen.clone(), on).await?));
        }
        Ok(answers)
    }

    fn forget(&self, revoked: &Self::Answer, memory: &Inner) {
        memory.tickets.drop_all(revoked);
    }
}

/// Revokes what dies with a user's password, as part of the unit of work that changes it. Once that is committed the answer
/// must be handed to `Tx::revoked_tickets`.
pub(crate) async fn revoke_with_password(user: &UserId, on: &DatabaseTransaction) -> Result<Vec<TicketHash>, DbErr> {
    delete(Condition::all().add(Column::UserId.eq(user.as_str())).add(Column::DiesWithPassword.eq(true)), on).await
}

/// Revokes everything that speaks for these users, as part of the unit of work that disables them.
pub(crate) async fn revoke_of_users(users: &[&str], on: &DatabaseTransaction) -> Result<Vec<TicketHash>, DbErr> {
    delete(Condition::all().add(Column::UserId.is_in(users.iter().copied())), on).await
}

pub(super) async fn delete(chosen: Condition, on: &DatabaseTransaction) -> Result<Vec<TicketHash>, DbErr> {
    let delete =
        Query::delete().from_table(Entity.table_ref()).cond_where(chosen).returning_col(Column::Hash).to_owned();
    let rows = on.query_all(&delete).await?;
    rows.iter()
        .map(|row| {
            let hash: Vec<u8> = row.try_get("", "hash")?;
            TicketHash::stored(&hash).ok_or_else(|| DbErr::Type("a ticket's hash is no SHA-256".to_owned()))
        })
        .collect()
}
