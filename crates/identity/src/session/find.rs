//! Finding a session and asking whether it is alive: from memory on one node, by exactly one statement on several.

use std::sync::Arc;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityName, FromQueryResult, Iterable, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, JoinType, Query, SelectStatement},
};

use super::{
    ClientSession, LiveSession, SessionId, SessionKey, UserSession, entity,
    lifetime::{Limits, Sort},
    map::Kept,
    part_entity,
};
use crate::{ClientId, Error, Identity, Realm, Timestamp, User, user};

/// What the statement found.
pub(super) struct Found {
    pub(super) session: UserSession,
    pub(super) parts: Vec<ClientSession>,
    pub(super) user_version: i64,
}

const PART: &str = "part_";

/// The one statement: a session with the clients that have a part in it (or one of them), and its user's version.
fn statement(key: SessionKey, client: Option<&ClientId>) -> SelectStatement {
    let mut of_session = Condition::all()
        .add(
            Expr::col((part_entity::Entity, part_entity::Column::SessionId))
                .equals((entity::Entity, entity::Column::Id)),
        )
        .add(
            Expr::col((part_entity::Entity, part_entity::Column::Offline))
                .equals((entity::Entity, entity::Column::Offline)),
        );
    if let Some(client) = client {
        of_session = of_session.add(part_entity::Column::ClientId.eq(client.as_str()));
    }
    let mut select = Query::select();
    select.expr(Expr::cust("user_session.*"));
    for column in part_entity::Column::iter() {
        let name = sea_orm::IdenStatic::as_str(&column);
        select.expr_as(Expr::col((part_entity::Entity, column)), Alias::new(format!("{PART}{name}")));
    }
    select
        .expr_as(Expr::col((user::entity::Entity, user::entity::Column::Version)), "user_version")
        .from(entity::Entity.table_ref())
        .join(
            JoinType::InnerJoin,
            user::entity::Entity.table_ref(),
            Expr::col((user::entity::Entity, user::entity::Column::Id))
                .equals((entity::Entity, entity::Column::UserId)),
        )
        .join(JoinType::LeftJoin, part_entity::Entity.table_ref(), of_session)
        .and_where(entity::Column::Id.eq(key.id.as_str()))
        .and_where(entity::Column::Offline.eq(key.offline))
        .to_owned()
}

pub(super) async fn load(
    key: SessionKey,
    client: Option<&ClientId>,
    on: &impl ConnectionTrait,
) -> Result<Option<Found>, DbErr> {
    let rows = on.query_all(&statement(key, client)).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let session = UserSession::from_row(entity::Model::from_query_result(first, "")?)?;
    let user_version = first.try_get("", "user_version")?;
    let parts = rows.iter().filter_map(|row| part(row).transpose()).collect::<Result<Vec<_>, _>>()?;
    Ok(Some(Found { session, parts, user_version }))
}

fn part(row: &QueryResult) -> Result<Option<ClientSession>, DbErr> {
    let client: Option<String> = row.try_get(PART, "client_id")?;
    if client.is_none() {
        return Ok(None);
    }
    ClientSession::from_row(part_entity::Model::from_query_result(row, PART)?).map(Some)
}

impl Identity {
    /// The session of this id if it is alive, with the part that a client has in it: the session exists, neither it nor its
    /// realm's limits are over, its user is enabled, and nothing was revoked since it began. Where the client's own part is
    /// missing or over, the session comes without it.
    ///
    /// One node: from memory, without a statement, once it was read. Several: always one statement.
    pub async fn live_session(
        &self,
        realm: &Realm,
        id: &SessionId,
        offline: bool,
        client: Option<&ClientId>,
    ) -> Result<Option<LiveSession>, Error> {
        let key = SessionKey { id: *id, offline };
        if self.is_single_node() {
            let load = async {
                let found = load(key, None, self.store().reader()).await?;
                Ok::<_, Error>(found.map(|found| Arc::new(Kept::new(Arc::new(found.session), found.parts))))
            };
            let Some(kept) = self.0.sessions.find(key, load).await? else { return Ok(None) };
            let Some(user) = self.find_user(realm, &kept.session.user).await? else { return Ok(None) };
            let part = client.and_then(|client| kept.part(client));
            return Ok(self.alive(realm, &kept.session, kept.seen(), user, part));
        }
        let Some(found) = load(key, client, self.store().reader()).await? else { return Ok(None) };
        let user = user::map::find_at(self, realm, &found.session.user, found.user_version).await?;
        let Some(user) = user else { return Ok(None) };
        let part = found.parts.into_iter().find(|part| Some(&part.client) == client).map(Arc::new);
        let seen = found.session.last_seen_at;
        Ok(self.alive(realm, &Arc::new(found.session), seen, user, part))
    }

    fn alive(
        &self,
        realm: &Realm,
        session: &Arc<UserSession>,
        seen: Timestamp,
        user: Arc<User>,
        part: Option<Arc<ClientSession>>,
    ) -> Option<LiveSession> {
        let now = self.clock().now();
        let settings = &realm.settings;
        let sort = Sort { offline: session.offline, remembered: session.remember_me };
        // Not-before is a second: everything that began before it has been revoked.
        let revoked = session.started_at.seconds() < Ord::max(settings.not_before, user.not_before);
        // Who asked to be remembered was promised something that the realm has taken back since.
        let forgotten = session.remember_me && !session.offline && !settings.remember_me;
        let limits = Limits::of_user(settings, sort);
        let over = limits.is_over(session.started_at, seen, now);
        if session.realm != realm.id || !user.enabled || revoked || forgotten || over {
            return None;
        }
        let ends_at = limits.end(session.started_at, now);
        let part = part.and_then(|part| {
            let client = realm.client_by_id(&part.client)?;
            let limits = Limits::of_client(settings, client, sort);
            let revoked = part.started_at.seconds() < client.not_before;
            let over = limits.is_over(part.started_at, part.last_seen_at, now);
            let ends_at = limits.end(part.started_at, now).min(ends_at);
            (!over && !revoked).then_some((part, ends_at))
        });
        let (part, client_ends_at) = part.unzip();
        Some(LiveSession::found(Arc::clone(session), part, user, ends_at, client_ends_at))
    }
}
