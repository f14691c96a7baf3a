//! Counting a failed log-in, exactly: the counter is read, advanced and written inside one transaction that holds the row.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter,
    QuerySelect, sea_query::OnConflict,
};

use super::{
    entity::{ActiveModel, Column, Entity, Model},
    policy::{BruteForcePolicy, FailureState},
};
use crate::{Error, RealmId, Timestamp, UserId, store::Inner, user, writer::HotCommand};

/// One more failed log-in.
pub(crate) struct RecordFailure {
    pub(super) realm: RealmId,
    pub(super) user: UserId,
    pub(super) address: Option<String>,
    pub(super) now: Timestamp,
    pub(super) policy: BruteForcePolicy,
}

/// The counters of a realm's user.
type Key<'a> = (&'a str, &'a str);

impl HotCommand for RecordFailure {
    type Answer = FailureState;

    async fn run(set: &[Self], on: &DatabaseTransaction) -> Result<Vec<Result<FailureState, Error>>, DbErr> {
        let mut states = read(set, on).await?;
        let answers: Vec<_> = set
            .iter()
            .map(|failure| {
                let state = states.entry(failure.key()).or_default();
                *state = state.after_failure(&failure.policy, failure.now, failure.address.clone());
                Ok(state.clone())
            })
            .collect();
        write(&states, on).await?;
        let locked_out = states.iter().filter(|(_, state)| state.permanent).map(|((_, user), _)| *user).collect();
        user::lock_out(locked_out, on).await?;
        Ok(answers)
    }

    fn forget(&self, state: &FailureState, memory: &Inner) {
        memory.failures.drop_user(&self.user);
        if state.permanent {
            memory.users.drop_user(&self.user);
            memory.tickets.drop_user(&self.user);
            memory.sessions.drop_user(&self.user);
        }
    }
}

impl RecordFailure {
    fn key(&self) -> Key<'_> {
        (self.realm.as_str(), self.user.as_str())
    }
}

/// The counters of everybody in the set, theirs alone until the commit.
async fn read<'a>(
    set: &'a [RecordFailure],
    on: &DatabaseTransaction,
) -> Result<BTreeMap<Key<'a>, FailureState>, DbErr> {
    let mut states: BTreeMap<Key<'a>, FailureState> =
        set.iter().map(|failure| (failure.key(), FailureState::default())).collect();
    if on.get_database_backend() != DbBackend::Sqlite {
        // A row that is not there cannot be locked: make it, so that the first two failures of a user count two.
        Entity::insert_many(states.iter().map(|(key, state)| row(*key, state)))
            .on_conflict_do_nothing()
            .exec_without_returning(on)
            .await?;
    }
    let users: Vec<&str> = states.keys().map(|(_, user)| *user).collect();
    let mut query = Entity::find().filter(Column::UserId.is_in(users));
    if on.get_database_backend() != DbBackend::Sqlite {
        query = query.lock_exclusive();
    }
    let mut rows: HashMap<(String, String), Model> =
        query.all(on).await?.into_iter().map(|row| ((row.realm_id.clone(), row.user_id.clone()), row)).collect();
    for (key, state) in &mut states {
        if let Some(row) = rows.remove(&(key.0.to_owned(), key.1.to_owned())) {
            *state = FailureState::from(row);
        }
    }
    Ok(states)
}

async fn write(states: &BTreeMap<Key<'_>, FailureState>, on: &DatabaseTransaction) -> Result<(), DbErr> {
    let replace = OnConflict::columns([Column::RealmId, Column::UserId])
        .update_columns([
            Column::Failures,
            Column::Lockouts,
            Column::LastFailure,
            Column::LastAddress,
            Column::LockedUntil,
            Column::Permanent,
        ])
        .to_owned();
    Entity::insert_many(states.iter().map(|(key, state)| row(*key, state)))
        .on_conflict(replace)
        .exec_without_returning(on)
        .await?;
    Ok(())
}

fn row((realm, user): Key<'_>, state: &FailureState) -> ActiveModel {
    ActiveModel {
        realm_id: Set(realm.to_owned()),
        user_id: Set(user.to_owned()),
        failures: Set(state.failures.into()),
        lockouts: Set(state.lockouts.into()),
        last_failure: Set(state.last_failure.map_or(0, |time| time.0)),
        last_address: Set(state.last_address.clone()),
        locked_until: Set(state.locked_until.map_or(0, |time| time.0)),
        permanent: Set(state.permanent),
    }
}
