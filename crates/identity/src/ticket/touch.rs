//! Writing down that a ticket was used: it lives on from then.

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityName, sea_query::Query};

use super::{
    entity::{Column, Entity},
    secret::TicketHash,
    unspent,
};
use crate::{Error, Timestamp, store::Inner, writer::HotCommand};

/// A ticket that was used.
pub(crate) struct TouchTicket {
    pub(super) hash: TicketHash,
    pub(super) now: Timestamp,
    pub(super) expires_at: Timestamp,
}

impl HotCommand for TouchTicket {
    type Answer = ();

    async fn run(set: &[Self], on: &DatabaseTransaction) -> Result<Vec<Result<(), Error>>, DbErr> {
        let mut answers = Vec::with_capacity(set.len());
        for touch in set {
            // Of many requests with one ticket the first writes. What was revoked or has expired meanwhile stays so.
            let update = Query::update()
                .table(Entity.table_ref())
                .value(Column::UsedAt, touch.now.0)
                .value(Column::ExpiresAt, touch.expires_at.0)
                .cond_where(
                    Condition::all()
                        .add(Column::Hash.eq(touch.hash.to_vec()))
                        .add(Column::UsedAt.lt(touch.now.0))
                        .add(unspent(touch.now)),
                )
                .to_owned();
            on.execute(&update).await?;
            answers.push(Ok(()));
        }
        Ok(answers)
    }

    fn forget(&self, _answer: &(), memory: &Inner) {
        memory.tickets.drop_all([&self.hash]);
    }
}
