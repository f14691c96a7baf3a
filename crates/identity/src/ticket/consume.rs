//! Consuming: once means once. One statement marks whatever may still be consumed and tells which rows it marked; nothing is
//! read first and decided afterwards.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityName, FromQueryResult,
    sea_query::{Expr, Func, Query},
};

use super::{
    entity::{self, Column, Entity},
    live,
    secret::TicketHash,
};
use crate::{Error, RealmId, Timestamp, store::Inner, writer::HotCommand};

/// How long the row of a consumed ticket that would not expire is kept: long enough to recognise a second use.
const CONSUMED_KEPT_SECONDS: i64 = 24 * 60 * 60;

/// A ticket to be consumed.
pub(crate) struct ConsumeTicket {
    pub(super) hash: TicketHash,
    pub(super) realm: RealmId,
    pub(super) kind: Arc<str>,
    pub(super) now: Timestamp,
}

impl HotCommand for ConsumeTicket {
    /// The row, for the one asker who consumed it.
    type Answer = Option<entity::Model>;

    async fn run(set: &[Self], on: &DatabaseTransaction) -> Result<Vec<Result<Self::Answer, Error>>, DbErr> {
        let mut groups: BTreeMap<(&str, &str), Vec<&Self>> = BTreeMap::new();
        for consume in set {
            groups.entry((consume.realm.as_str(), &consume.kind)).or_default().push(consume);
        }
        let mut consumed: HashMap<Vec<u8>, entity::Model> = HashMap::with_capacity(set.len());
        for ((realm, kind), group) in groups {
            for row in mark(realm, kind, &group, on).await? {
                consumed.insert(row.hash.clone(), row);
            }
        }
        Ok(set
            .iter()
            .map(|consume| {
                // The first of those who asked for the same ticket takes the row away from the others.
                let row = consumed
                    .get(consume.hash.as_slice())
                    .is_some_and(|row| row.realm_id == consume.realm.as_str() && row.kind == *consume.kind);
                Ok(if row { consumed.remove(consume.hash.as_slice()) } else { None })
            })
            .collect())
    }

    fn forget(&self, _answer: &Self::Answer, memory: &Inner) {
        memory.tickets.drop_all([&self.hash]);
    }
}

async fn mark(
    realm: &str,
    kind: &str,
    group: &[&ConsumeTicket],
    on: &DatabaseTransaction,
) -> Result<Vec<entity::Model>, DbErr> {
    let Some(now) = group.iter().map(|consume| consume.now).max() else { return Ok(Vec::new()) };
    let update = Query::update()
        .table(Entity.table_ref())
        .value(Column::ConsumedAt, now.0)
        .value(
            Column::ExpiresAt,
            Func::coalesce([Expr::col(Column::ExpiresAt), Expr::val(now.plus_seconds(CONSUMED_KEPT_SECONDS).0)]),
        )
        .cond_where(
            Condition::all()
                .add(Column::Hash.is_in(group.iter().map(|consume| consume.hash.to_vec())))
                .add(Column::RealmId.eq(realm))
                .add(Column::Kind.eq(kind))
                .add(live(now)),
        )
        .returning_all()
        .to_owned();
    on.query_all(&update).await?.iter().map(|row| entity::Model::from_query_result(row, "")).collect()
}
