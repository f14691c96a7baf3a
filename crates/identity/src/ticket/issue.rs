//! Issuing: a row for each new ticket, many in one statement.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityName, EntityTrait,
    IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::{LockType, Order, Query},
};

use super::{
    entity::{self, Column, Entity},
    revoke,
    secret::TicketHash,
    unspent,
};
use crate::{Error, Timestamp, store::Inner, user, writer::HotCommand};

/// A ticket to be written.
pub(crate) struct IssueTicket {
    pub(super) row: entity::Model,
    /// The version that the ticket's user must still have.
    pub(super) user_version: Option<i64>,
    /// How many live ones of its kind its user may have at its client.
    pub(super) most: Option<u32>,
}

impl HotCommand for IssueTicket {
    /// Older tickets that had to make room.
    type Answer = Vec<TicketHash>;

    async fn run(set: &[Self], on: &DatabaseTransaction) -> Result<Vec<Result<Self::Answer, Error>>, DbErr> {
        let users = standing(set, on).await?;
        let mut rows = Vec::with_capacity(set.len());
        let mut answers: Vec<Result<Self::Answer, Error>> = set
            .iter()
            .map(|issue| {
                check(issue, &users)?;
                rows.push(issue.row.clone().into_active_model());
                Ok(Vec::new())
            })
            .collect();
        if !rows.is_empty() {
            entity::Entity::insert_many(rows).exec_without_returning(on).await?;
        }
        for (issue, answer) in set.iter().zip(&mut answers) {
            if let (Some(most), Ok(displaced)) = (issue.most, answer) {
                *displaced = make_room(&issue.row, most, on).await?;
            }
        }
        Ok(answers)
    }

    fn forget(&self, displaced: &Self::Answer, memory: &Inner) {
        memory.tickets.drop_all(displaced);
    }
}

/// Revokes the longest unused tickets like this one, until no more than so many are left. The user's row is held, so no two
/// of these run for one user at once.
async fn make_room(row: &entity::Model, most: u32, on: &DatabaseTransaction) -> Result<Vec<TicketHash>, DbErr> {
    let owner = |column: Column, value: Option<&str>| match value {
        Some(value) => column.eq(value),
        None => column.is_null(),
    };
    let surplus = Query::select()
        .column(Column::Hash)
        .from(Entity.table_ref())
        .and_where(owner(Column::UserId, row.user_id.as_deref()))
        .and_where(owner(Column::ClientId, row.client_id.as_deref()))
        .and_where(Column::Kind.eq(row.kind.as_str()))
        .and_where(Column::RealmId.eq(row.realm_id.as_str()))
        .cond_where(unspent(Timestamp(row.created_at)))
        // Whatever the times say, the one being issued stays.
        .order_by_expr(Column::Hash.eq(row.hash.clone()), Order::Desc)
        .order_by(Column::UsedAt, Order::Desc)
        .order_by(Column::CreatedAt, Order::Desc)
        // SQLite takes no offset without a limit.
        .limit(i64::MAX.unsigned_abs())
        .offset(most.max(1).into())
        .to_owned();
    revoke::delete(Condition::all().add(Column::Hash.in_subquery(surplus)), on).await
}

/// What matters of a user to whoever wants a ticket for them.
struct Standing {
    enabled: bool,
    version: i64,
}

/// The users of the set. They stay as they are until the commit: a ticket cannot slip in beside a change that would have
/// killed it. (SQLite has one writer at a time anyway.)
async fn standing(set: &[IssueTicket], on: &DatabaseTransaction) -> Result<HashMap<String, Standing>, DbErr> {
    let users: HashSet<&str> = set.iter().filter_map(|issue| issue.row.user_id.as_deref()).collect();
    if users.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = user::entity::Entity::find()
        .select_only()
        .columns([user::entity::Column::Id, user::entity::Column::Enabled, user::entity::Column::Version])
        .filter(user::entity::Column::Id.is_in(users));
    if on.get_database_backend() != DbBackend::Sqlite {
        // Who counts before writing must be alone with the user; who only writes need not.
        let counts = set.iter().any(|issue| issue.most.is_some());
        query = if counts { query.lock(LockType::NoKeyUpdate) } else { query.lock_shared() };
    }
    let rows: Vec<(String, bool, i64)> = query.into_tuple().all(on).await?;
    Ok(rows.into_iter().map(|(id, enabled, version)| (id, Standing { enabled, version })).collect())
}

fn check(issue: &IssueTicket, users: &HashMap<String, Standing>) -> Result<(), Error> {
    let Some(user) = issue.row.user_id.as_deref() else { return Ok(()) };
    let standing = users.get(user).ok_or(Error::NotFound("user"))?;
    if !standing.enabled {
        return Err(Error::Refused("the user is disabled".to_owned()));
    }
    if issue.user_version.is_some_and(|version| version != standing.version) {
        return Err(Error::Refused("the user was changed meanwhile".to_owned()));
    }
    Ok(())
}
