//! Rotating refresh tokens, for a realm that lets each be used a limited number of times.
//!
//! One statement replaces the token that counts, wherever the one presented is still it, and tells where that was so. Only
//! what it did not take is looked at again: a token that was replaced a moment ago by the same client (its answer was lost,
//! or it asks twice at once), one that may be used more often, or one that somebody else has used, which ends the client's
//! part of the session with all that was issued under it.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use super::{ClientSession, RefreshState, SessionId, SessionKey, part_entity, values::Given};
use crate::{ClientId, Error, Identity, Realm, Timestamp, store::Inner, writer::HotCommand};

/// How often a refresh token may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshPolicy {
    /// Uses beyond the first (`refreshTokenMaxReuse`).
    pub max_reuse: u32,
    /// Milliseconds after its first use in which a token that is presented again counts as the same use: its answer may have
    /// been lost.
    pub grace_millis: i64,
}

/// What became of a refresh token that was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshRotation {
    /// It counted, and from now on the new one does.
    Rotated,
    /// It was used before, and may be again: the token with this id is its successor, as it was.
    Reused {
        /// The token that counts.
        successor: Uuid,
    },
    /// It was used a moment ago: the token with this id is its successor, as it was.
    Grace {
        /// The token that counts.
        successor: Uuid,
    },
    /// It was used before, by whomever. The client's part of the session is over.
    Replayed,
    /// The session or the client's part of it was over before.
    Ended,
}

impl Identity {
    /// Replaces the refresh token that a client presents by a new one, if it is the one that counts. Exact among any number of
    /// presentations at once, on any number of nodes; answered after the commit.
    ///
    /// Before the first rotation any genuine token of the client's part counts: whoever calls has checked that it is one.
    #[allow(clippy::too_many_arguments, reason = "what is rotated, by what, and how often it may be")]
    pub async fn rotate_refresh(
        &self,
        realm: &Realm,
        id: &SessionId,
        offline: bool,
        client: &ClientId,
        presented: Uuid,
        new: Uuid,
        policy: RefreshPolicy,
    ) -> Result<RefreshRotation, Error> {
        // The session's realm is not in the row that is changed: that the client is of this one says as much.
        let Some(client) = realm.client_by_id(client) else { return Ok(RefreshRotation::Ended) };
        let command = RotateRefresh {
            key: SessionKey { id: *id, offline },
            client: client.id.clone(),
            presented,
            new,
            policy,
            now: self.clock().now(),
        };
        let (rotation, _) = self.0.writer.ask(command).await?;
        Ok(rotation)
    }
}

/// A refresh token that was presented.
pub(crate) struct RotateRefresh {
    key: SessionKey,
    client: ClientId,
    presented: Uuid,
    new: Uuid,
    policy: RefreshPolicy,
    now: Timestamp,
}

/// Which client's part of which session.
type PartKey = (SessionKey, ClientId);

impl HotCommand for RotateRefresh {
    /// What became of it, and where the tokens stand now; none when the client's part is over.
    type Answer = (RefreshRotation, Option<RefreshState>);

    async fn run(set: &[Self], on: &DatabaseTransaction) -> Result<Vec<Result<Self::Answer, Error>>, DbErr> {
        let mut firsts: HashMap<PartKey, &Self> = HashMap::with_capacity(set.len());
        for rotate in set {
            firsts.entry(rotate.part()).or_insert(rotate);
        }
        let rotated = replace(firsts.values().copied(), on).await?;
        let is_rotated = |rotate: &Self| {
            rotated.contains(&rotate.part())
                && firsts.get(&rotate.part()).is_some_and(|first| std::ptr::eq(*first, rotate))
        };
        let rest: Vec<&Self> = set.iter().filter(|rotate| !is_rotated(rotate)).collect();
        let mut decided = if rest.is_empty() { Vec::new() } else { decide(&rest, on).await? }.into_iter();
        Ok(set
            .iter()
            .map(|rotate| {
                if is_rotated(rotate) {
                    return Ok((RefreshRotation::Rotated, Some(rotate.rotated())));
                }
                decided.next().ok_or_else(|| Error::fault("a presented refresh token was not decided upon"))
            })
            .collect())
    }

    fn forget(&self, (_, state): &Self::Answer, memory: &Inner) {
        memory.sessions.change(self.key, |kept| match state {
            Some(state) => kept.change(&self.client, |part| {
                part.refresh = *state;
                part.last_seen_at = part.last_seen_at.max(self.now);
            }),
            None => kept.take(&self.client),
        });
    }
}

impl RotateRefresh {
    fn part(&self) -> PartKey {
        (self.key, self.client.clone())
    }

    /// Where the tokens stand once this one was replaced.
    fn rotated(&self) -> RefreshState {
        RefreshState { current: Some(self.new), uses: 1, previous: Some(self.presented), rotated_at: Some(self.now) }
    }

    /// What becomes of it, and the state after it; none ends the client's part.
    fn step(&self, state: &RefreshState) -> (RefreshRotation, Option<RefreshState>) {
        let Some(current) = state.current.filter(|current| *current != self.presented) else {
            return (RefreshRotation::Rotated, Some(self.rotated()));
        };
        if state.previous != Some(self.presented) {
            return (RefreshRotation::Replayed, None);
        }
        let age = state.rotated_at.map_or(i64::MAX, |at| self.now.0.saturating_sub(at.0));
        if age < self.policy.grace_millis {
            return (RefreshRotation::Grace { successor: current }, Some(*state));
        }
        if state.uses <= self.policy.max_reuse {
            let used = RefreshState { uses: state.uses.saturating_add(1), ..*state };
            return (RefreshRotation::Reused { successor: current }, Some(used));
        }
        (RefreshRotation::Replayed, None)
    }
}

const PART: &str = "client_session.session_id = given.session_id AND client_session.offline = given.offline \
                    AND client_session.client_id = given.client_id";

/// Replaces wherever the presented token counts; tells where.
async fn replace(
    rotations: impl Iterator<Item = &RotateRefresh>,
    on: &DatabaseTransaction,
) -> Result<HashSet<PartKey>, DbErr> {
    let mut given = Given::of("session_id, offline, client_id, presented, replacement, moment");
    // In one order, so that two nodes never wait for each other.
    let ordered: BTreeMap<PartKey, &RotateRefresh> = rotations.map(|rotate| (rotate.part(), rotate)).collect();
    for ((key, client), rotate) in &ordered {
        given.push([
            key.id.as_str().into(),
            key.offline.into(),
            client.as_str().into(),
            rotate.presented.to_string().into(),
            rotate.new.to_string().into(),
            rotate.now.0.into(),
        ]);
    }
    let update = format!(
        "UPDATE client_session SET refresh_current = given.replacement, refresh_uses = 1, refresh_previous = given.presented, \
         rotated_at = given.moment, last_seen_at = given.moment FROM given WHERE {PART} \
         AND (client_session.refresh_current IS NULL OR client_session.refresh_current = given.presented) \
         RETURNING client_session.session_id, client_session.offline, client_session.client_id"
    );
    let rows = on.query_all_raw(given.statement(&update, on)).await?;
    rows.iter()
        .map(|row| {
            let id: String = row.try_get("", "session_id")?;
            let id = id.parse().map_err(|_| DbErr::Type("a session's id cannot be read".to_owned()))?;
            let client: String = row.try_get("", "client_id")?;
            Ok((SessionKey { id, offline: row.try_get("", "offline")? }, client.into()))
        })
        .collect()
}

/// Decides upon those that the one statement did not take, one after the other as they came, from the rows as they are now.
async fn decide(
    rest: &[&RotateRefresh],
    on: &DatabaseTransaction,
) -> Result<Vec<<RotateRefresh as HotCommand>::Answer>, DbErr> {
    let mut states = read(rest, on).await?;
    let before = states.clone();
    let answers = rest
        .iter()
        .map(|rotate| match states.get(&rotate.part()) {
            None => (RefreshRotation::Ended, None),
            Some(state) => {
                let (rotation, after) = rotate.step(state);
                match after {
                    Some(after) => states.insert(rotate.part(), after),
                    None => states.remove(&rotate.part()),
                };
                (rotation, after)
            }
        })
        .collect();
    write(&before, &states, on).await?;
    Ok(answers)
}

async fn read(rest: &[&RotateRefresh], on: &DatabaseTransaction) -> Result<BTreeMap<PartKey, RefreshState>, DbErr> {
    let parts: HashSet<PartKey> = rest.iter().map(|rotate| rotate.part()).collect();
    let chosen = parts.iter().fold(Condition::any(), |any, (key, client)| any.add(one(*key, client)));
    let mut query = part_entity::Entity::find().filter(chosen);
    if on.get_database_backend() != DbBackend::Sqlite {
        query = query.lock_exclusive();
    }
    let rows = query.all(on).await?;
    rows.into_iter()
        .map(|row| {
            let part = ClientSession::from_row(row)?;
            Ok(((SessionKey { id: part.session, offline: part.offline }, part.client), part.refresh))
        })
        .collect()
}

fn one(key: SessionKey, client: &ClientId) -> Condition {
    Condition::all()
        .add(part_entity::Column::SessionId.eq(key.id.as_str()))
        .add(part_entity::Column::Offline.eq(key.offline))
        .add(part_entity::Column::ClientId.eq(client.as_str()))
}

/// Writes what has changed; few rows, for this is no common case.
async fn write(
    before: &BTreeMap<PartKey, RefreshState>,
    after: &BTreeMap<PartKey, RefreshState>,
    on: &DatabaseTransaction,
) -> Result<(), DbErr> {
    for (part, old) in before {
        let chosen = one(part.0, &part.1);
        match after.get(part) {
            Some(new) if new == old => {}
            Some(new) => {
                let text = |id: Option<Uuid>| sea_orm::ActiveValue::Set(id.map(|id| id.to_string()));
                let change = part_entity::ActiveModel {
                    refresh_current: text(new.current),
                    refresh_uses: sea_orm::ActiveValue::Set(new.uses.into()),
                    refresh_previous: text(new.previous),
                    rotated_at: sea_orm::ActiveValue::Set(new.rotated_at.map(|at| at.0)),
                    ..Default::default()
                };
                part_entity::Entity::update_many().set(change).filter(chosen).exec(on).await?;
            }
            None => {
                part_entity::Entity::delete_many().filter(chosen).exec(on).await?;
            }
        }
    }
    Ok(())
}
