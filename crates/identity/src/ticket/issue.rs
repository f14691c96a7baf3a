//! Issuing: a row for each new ticket, many in one statement.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};

use super::entity;
use crate::{Error, user, writer::HotCommand};

/// A ticket to be written.
pub(crate) struct IssueTicket {
    pub(super) row: entity::Model,
    /// The version that the ticket's user must still have.
    pub(super) user_version: Option<i64>,
}

impl HotCommand for IssueTicket {
    type Answer = ();

    async fn run(set: &[Self], on: &DatabaseTransaction) -> Result<Vec<Result<(), Error>>, DbErr> {
        let users = standing(set, on).await?;
        let mut rows = Vec::with_capacity(set.len());
        let answers = set
            .iter()
            .map(|issue| {
                check(issue, &users)?;
                rows.push(issue.row.clone().into_active_model());
                Ok(())
            })
            .collect();
        if !rows.is_empty() {
            entity::Entity::insert_many(rows).exec_without_returning(on).await?;
        }
        Ok(answers)
    }
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
        query = query.lock_shared();
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
