//! Lists and counts of sessions, for people who look after them: from the rows, a page at a time.

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use super::{ClientSession, SessionId, UserSession, entity, part_entity};
use crate::{ClientId, Error, Identity, Realm, UserId, client};

/// Most sessions of one page.
const MOST: u64 = 1000;

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionPage {
    /// How many are left out before it.
    pub first: u64,
    /// How many it has at most; never more than 1,000.
    pub max: u64,
}

impl Default for SessionPage {
    fn default() -> Self {
        Self { first: 0, max: 100 }
    }
}

/// How many sessions a client has a part in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SessionCount {
    /// Sessions.
    pub active: u64,
    /// Offline sessions.
    pub offline: u64,
}

impl Identity {
    /// Sessions of a user with their clients, the newest first. Those that are over and not swept yet are among them.
    pub async fn sessions_of_user(
        &self,
        realm: &Realm,
        user: &UserId,
        offline: bool,
        page: SessionPage,
    ) -> Result<Vec<(UserSession, Vec<ClientSession>)>, Error> {
        self.sessions(realm, Condition::all().add(entity::Column::UserId.eq(user.as_str())), offline, page).await
    }

    /// Sessions that a client has a part in, with all their clients, the newest first.
    pub async fn sessions_of_client(
        &self,
        realm: &Realm,
        client: &ClientId,
        offline: bool,
        page: SessionPage,
    ) -> Result<Vec<(UserSession, Vec<ClientSession>)>, Error> {
        let of_client: SelectStatement = Query::select()
            .column(part_entity::Column::SessionId)
            .from(part_entity::Entity)
            .and_where(part_entity::Column::ClientId.eq(client.as_str()))
            .and_where(part_entity::Column::Offline.eq(offline))
            .to_owned();
        self.sessions(realm, Condition::all().add(entity::Column::Id.in_subquery(of_client)), offline, page).await
    }

    /// The clients that have a part in a session: whom to tell of its end.
    pub async fn clients_of_session(
        &self,
        realm: &Realm,
        id: &SessionId,
        offline: bool,
    ) -> Result<Vec<ClientSession>, Error> {
        let one = Condition::all().add(entity::Column::Id.eq(id.as_str()));
        let found = self.sessions(realm, one, offline, SessionPage::default()).await?;
        Ok(found.into_iter().next().map(|(_, parts)| parts).unwrap_or_default())
    }

    /// How many sessions each client of a realm has a part in; clients without any are left out.
    pub async fn session_counts(&self, realm: &Realm) -> Result<BTreeMap<ClientId, SessionCount>, Error> {
        let clients = client::entity::Entity::find()
            .select_only()
            .column(client::entity::Column::Id)
            .filter(client::entity::Column::RealmId.eq(realm.id.as_str()))
            .into_query();
        let rows: Vec<(String, bool, i64)> = part_entity::Entity::find()
            .select_only()
            .column(part_entity::Column::ClientId)
            .column(part_entity::Column::Offline)
            .column_as(Expr::col(part_entity::Column::SessionId).count(), "how_many")
            .filter(part_entity::Column::ClientId.in_subquery(clients))
            .group_by(part_entity::Column::ClientId)
            .group_by(part_entity::Column::Offline)
            .into_tuple()
            .all(self.store().reader())
            .await?;
        let mut counts: BTreeMap<ClientId, SessionCount> = BTreeMap::new();
        for (client, offline, count) in rows {
            let of_client = counts.entry(client.into()).or_default();
            let place = if offline { &mut of_client.offline } else { &mut of_client.active };
            *place = count.unsigned_abs();
        }
        Ok(counts)
    }

    /// How many sessions a realm has, or a client of it.
    pub async fn count_sessions(&self, realm: &Realm, client: Option<&ClientId>, offline: bool) -> Result<u64, Error> {
        let reader = self.store().reader();
        Ok(match client {
            Some(client) => {
                part_entity::Entity::find()
                    .filter(part_entity::Column::ClientId.eq(client.as_str()))
                    .filter(part_entity::Column::Offline.eq(offline))
                    .count(reader)
                    .await?
            }
            None => {
                entity::Entity::find()
                    .filter(entity::Column::RealmId.eq(realm.id.as_str()))
                    .filter(entity::Column::Offline.eq(offline))
                    .count(reader)
                    .await?
            }
        })
    }

    async fn sessions(
        &self,
        realm: &Realm,
        chosen: Condition,
        offline: bool,
        page: SessionPage,
    ) -> Result<Vec<(UserSession, Vec<ClientSession>)>, Error> {
        let reader = self.store().reader();
        let rows = entity::Entity::find()
            .filter(chosen)
            .filter(entity::Column::RealmId.eq(realm.id.as_str()))
            .filter(entity::Column::Offline.eq(offline))
            .order_by_desc(entity::Column::StartedAt)
            .order_by_asc(entity::Column::Id)
            .offset(Ord::min(page.first, i64::MAX.unsigned_abs()))
            .limit(Ord::min(page.max, MOST))
            .all(reader)
            .await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let parts = part_entity::Entity::find()
            .filter(part_entity::Column::SessionId.is_in(rows.iter().map(|row| row.id.as_str())))
            .filter(part_entity::Column::Offline.eq(offline))
            .order_by_asc(part_entity::Column::StartedAt)
            .order_by_asc(part_entity::Column::ClientId)
            .all(reader)
            .await?;
        let mut of_session: BTreeMap<SessionId, Vec<ClientSession>> = BTreeMap::new();
        for row in parts {
            let part = ClientSession::from_row(row)?;
            of_session.entry(part.session).or_default().push(part);
        }
        rows.into_iter()
            .map(|row| {
                let session = UserSession::from_row(row)?;
                let parts = of_session.remove(&session.id).unwrap_or_default();
                Ok((session, parts))
            })
            .collect()
    }
}
