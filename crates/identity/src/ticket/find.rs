//! Finding a live ticket: from memory on one node, by exactly one statement on several.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityName, FromQueryResult, QueryResult,
    sea_query::{Expr, ExprTrait, JoinType, Query, SelectStatement},
};

use super::{
    Ticket,
    entity::{self, Column, Entity},
    live,
    secret::TicketHash,
};
use crate::{Timestamp, user};

/// The one statement: the ticket, if it is live, with its user's version.
pub(super) fn statement(hash: TicketHash, now: Timestamp) -> SelectStatement {
    Query::select()
        .expr(Expr::cust("ticket.*"))
        .expr_as(Expr::col((user::entity::Entity, user::entity::Column::Version)), "user_version")
        .from(Entity.table_ref())
        .join(
            JoinType::LeftJoin,
            user::entity::Entity.table_ref(),
            Expr::col((user::entity::Entity, user::entity::Column::Id)).equals((Entity, Column::UserId)),
        )
        .cond_where(Condition::all().add(Column::Hash.eq(hash.to_vec())).add(live(now)))
        .to_owned()
}

/// Asks the database.
pub(super) async fn load(hash: TicketHash, now: Timestamp, on: &impl ConnectionTrait) -> Result<Option<Ticket>, DbErr> {
    let Some(row) = on.query_one(&statement(hash, now)).await? else { return Ok(None) };
    let version: Option<i64> = row.try_get("", "user_version")?;
    Ok(Some(Ticket::from_row(read(&row)?, version)?))
}

fn read(row: &QueryResult) -> Result<entity::Model, DbErr> {
    entity::Model::from_query_result(row, "")
}
