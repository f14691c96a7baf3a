//! Issuing: a row for each new ticket, many in one statement.

use std::collections::HashMap;

use sea_orm::{ActiveValue::Set, DatabaseTransaction, DbErr, EntityTrait};

use super::entity::{self, ActiveModel};
use crate::{Error, UserId, user, writer::HotCommand};

/// A ticket to be written.
pub(crate) struct IssueTicket {
    pub(super) row: entity::Model,
    /// The version that the ticket's user must still have.
    pub(super) user_version: Option<i64>,
}

impl HotCommand for IssueTicket {
    type Answer = ();

    async fn run(set: &[Self], on: &DatabaseTransaction) -> Result<Vec<Result<(), Error>>, DbErr> {
        let users: Vec<&str> = set.iter().filter_map(|issue| issue.row.user_id.as_deref()).collect();
        // The users stay as they are until the commit: a ticket cannot slip in beside a change that would have killed it.
        let users: HashMap<UserId, user::Standing> = user::standing_for_update(&users, on).await?;
        let mut rows = Vec::with_capacity(set.len());
        let answers = set
            .iter()
            .map(|issue| {
                check(issue, &users)?;
                rows.push(issue.row.clone().into_active());
                Ok(())
            })
            .collect();
        if !rows.is_empty() {
            entity::Entity::insert_many(rows).exec_without_returning(on).await?;
        }
        Ok(answers)
    }
}

fn check(issue: &IssueTicket, users: &HashMap<UserId, user::Standing>) -> Result<(), Error> {
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

impl entity::Model {
    fn into_active(self) -> ActiveModel {
        ActiveModel {
            hash: Set(self.hash),
            realm_id: Set(self.realm_id),
            client_id: Set(self.client_id),
            user_id: Set(self.user_id),
            kind: Set(self.kind),
            family: Set(self.family),
            payload: Set(self.payload),
            dies_with_password: Set(self.dies_with_password),
            created_at: Set(self.created_at),
            expires_at: Set(self.expires_at),
            consumed_at: Set(self.consumed_at),
        }
    }
}
