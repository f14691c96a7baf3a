//! Closing sessions, and clients' parts of them: the rows go, and their places in memory go before anybody is told.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityName, IntoSimpleExpr, QueryResult,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use super::{SessionId, SessionKey, entity, part_entity};
use crate::{ClientId, Error, Identity, Realm, UserId, store::Inner, writer::HotCommand};

impl Identity {
    /// Closes a session with all that clients have in it. Its offline session goes on. Tells whether it was there.
    pub async fn close_session(&self, realm: &Realm, id: &SessionId) -> Result<bool, Error> {
        self.close(realm, Chosen::Session(SessionKey { id: *id, offline: false })).await.map(|closed| closed > 0)
    }

    /// Closes an offline session with all that clients have in it. Tells whether it was there.
    pub async fn close_offline_session(&self, realm: &Realm, id: &SessionId) -> Result<bool, Error> {
        self.close(realm, Chosen::Session(SessionKey { id: *id, offline: true })).await.map(|closed| closed > 0)
    }

    /// Ends a client's part of a session; an offline session ends with its last part. Tells whether it was there.
    pub async fn close_client_session(
        &self,
        realm: &Realm,
        id: &SessionId,
        offline: bool,
        client: &ClientId,
    ) -> Result<bool, Error> {
        let chosen = Chosen::Part(SessionKey { id: *id, offline }, client.clone());
        self.close(realm, chosen).await.map(|closed| closed > 0)
    }

    /// Closes all sessions of a user, the offline ones too if `offline`. Tells how many there were.
    pub async fn close_user_sessions(&self, realm: &Realm, user: &UserId, offline: bool) -> Result<u64, Error> {
        self.close(realm, Chosen::User(user.clone(), offline)).await
    }

    /// Ends a client's part of all sessions, of the offline ones too if `offline`. Tells how many there were.
    pub async fn close_client_sessions(&self, realm: &Realm, client: &ClientId, offline: bool) -> Result<u64, Error> {
        self.close(realm, Chosen::Client(client.clone(), offline)).await
    }

    /// Ends what a client has of a user: its part of all their sessions, offline ones included. Tells how many there were.
    pub async fn close_client_sessions_of_user(
        &self,
        realm: &Realm,
        client: &ClientId,
        user: &UserId,
    ) -> Result<u64, Error> {
        self.close(realm, Chosen::ClientOfUser(client.clone(), user.clone())).await
    }

    /// Closes all sessions of a realm, but no offline one. Tells how many there were.
    pub async fn close_all_sessions(&self, realm: &Realm) -> Result<u64, Error> {
        self.close(realm, Chosen::All).await
    }

    async fn close(&self, realm: &Realm, chosen: Chosen) -> Result<u64, Error> {
        let command = CloseSessions { realm: realm.id.to_string(), chosen };
        Ok(self.0.writer.ask(command).await?.len() as u64)
    }
}

/// Which sessions or parts.
enum Chosen {
    Session(SessionKey),
    Part(SessionKey, ClientId),
    User(UserId, bool),
    Client(ClientId, bool),
    ClientOfUser(ClientId, UserId),
    All,
}

/// Sessions to be closed.
pub(crate) struct CloseSessions {
    realm: String,
    chosen: Chosen,
}

/// What was closed: a session, or (with a client) a part of one.
type Closed = (SessionKey, Option<ClientId>);

impl HotCommand for CloseSessions {
    type Answer = Vec<Closed>;

    async fn run(set: &[Self], on: &DatabaseTransaction) -> Result<Vec<Result<Self::Answer, Error>>, DbErr> {
        let mut answers = Vec::with_capacity(set.len());
        for close in set {
            answers.push(Ok(close.run_alone(on).await?));
        }
        Ok(answers)
    }

    fn forget(&self, closed: &Self::Answer, memory: &Inner) {
        for (key, client) in closed {
            match client {
                Some(client) => memory.sessions.change(*key, |kept| kept.take(client)),
                None => memory.sessions.drop_key(*key),
            }
            if client.is_some() && key.offline {
                // Its last part may have taken it along.
                memory.sessions.drop_key(*key);
            }
        }
    }
}

impl CloseSessions {
    async fn run_alone(&self, on: &DatabaseTransaction) -> Result<Vec<Closed>, DbErr> {
        let of_realm = Condition::all().add(entity::Column::RealmId.eq(self.realm.as_str()));
        let online = |offline: bool, column: Expr| {
            if offline { Condition::all() } else { Condition::all().add(column.eq(false)) }
        };
        match &self.chosen {
            Chosen::Session(key) => sessions(of_realm.add(is(*key)), on).await,
            Chosen::User(user, offline) => {
                let of_user = of_realm.add(entity::Column::UserId.eq(user.as_str()));
                sessions(of_user.add(online(*offline, entity::Column::Offline.into_simple_expr())), on).await
            }
            Chosen::All => sessions(of_realm.add(entity::Column::Offline.eq(false)), on).await,
            // A client is of one realm, so that its own row says which.
            Chosen::Part(key, client) => {
                let part = Condition::all()
                    .add(part_entity::Column::SessionId.eq(key.id.as_str()))
                    .add(part_entity::Column::Offline.eq(key.offline))
                    .add(part_entity::Column::ClientId.eq(client.as_str()));
                parts(part, on).await
            }
            Chosen::Client(client, offline) => {
                let of_client = Condition::all().add(part_entity::Column::ClientId.eq(client.as_str()));
                parts(of_client.add(online(*offline, part_entity::Column::Offline.into_simple_expr())), on).await
            }
            Chosen::ClientOfUser(client, user) => {
                let of_user: SelectStatement = Query::select()
                    .column(entity::Column::Id)
                    .from(entity::Entity.table_ref())
                    .cond_where(of_realm.add(entity::Column::UserId.eq(user.as_str())))
                    .to_owned();
                let chosen = Condition::all()
                    .add(part_entity::Column::ClientId.eq(client.as_str()))
                    .add(part_entity::Column::SessionId.in_subquery(of_user));
                parts(chosen, on).await
            }
        }
    }
}

/// Closes all sessions of users, offline ones too, as part of whatever ends them. Once that is committed they must leave
/// memory: `Sessions::drop_user`.
pub(crate) async fn close_of_users(users: &[&str], on: &DatabaseTransaction) -> Result<(), DbErr> {
    let delete = Query::delete()
        .from_table(entity::Entity.table_ref())
        .and_where(entity::Column::UserId.is_in(users.iter().copied()))
        .to_owned();
    on.execute(&delete).await?;
    Ok(())
}

fn is(key: SessionKey) -> Condition {
    Condition::all().add(entity::Column::Id.eq(key.id.as_str())).add(entity::Column::Offline.eq(key.offline))
}

async fn sessions(chosen: Condition, on: &DatabaseTransaction) -> Result<Vec<Closed>, DbErr> {
    let delete = Query::delete()
        .from_table(entity::Entity.table_ref())
        .cond_where(chosen)
        .returning(Query::returning().columns([entity::Column::Id, entity::Column::Offline]))
        .to_owned();
    on.query_all(&delete).await?.iter().map(|row| Ok((key(row, "id")?, None))).collect()
}

async fn parts(chosen: Condition, on: &DatabaseTransaction) -> Result<Vec<Closed>, DbErr> {
    let delete = Query::delete()
        .from_table(part_entity::Entity.table_ref())
        .cond_where(chosen)
        .returning(Query::returning().columns([
            part_entity::Column::SessionId,
            part_entity::Column::Offline,
            part_entity::Column::ClientId,
        ]))
        .to_owned();
    let closed: Vec<Closed> = on
        .query_all(&delete)
        .await?
        .iter()
        .map(|row| {
            let client: String = row.try_get("", "client_id")?;
            Ok((key(row, "session_id")?, Some(client.into())))
        })
        .collect::<Result<_, DbErr>>()?;
    let offline: Vec<&str> = closed.iter().filter(|(key, _)| key.offline).map(|(key, _)| key.id.as_str()).collect();
    for some in offline.chunks(500) {
        empty_offline_sessions(some, on).await?;
    }
    Ok(closed)
}

/// An offline session is there for its clients: without any it is over.
async fn empty_offline_sessions(ids: &[&str], on: &DatabaseTransaction) -> Result<(), DbErr> {
    let part = Query::select()
        .expr(Expr::val(1))
        .from(part_entity::Entity.table_ref())
        .and_where(
            Expr::col((part_entity::Entity, part_entity::Column::SessionId))
                .equals((entity::Entity, entity::Column::Id)),
        )
        .and_where(part_entity::Column::Offline.eq(true))
        .to_owned();
    let delete = Query::delete()
        .from_table(entity::Entity.table_ref())
        .and_where(entity::Column::Id.is_in(ids.iter().copied()))
        .and_where(entity::Column::Offline.eq(true))
        .and_where(Expr::exists(part).not())
        .to_owned();
    on.execute(&delete).await?;
    Ok(())
}

fn key(row: &QueryResult, id: &str) -> Result<SessionKey, DbErr> {
    let text: String = row.try_get("", id)?;
    let id: SessionId = text.parse().map_err(|_| DbErr::Type("a session's id cannot be read".to_owned()))?;
    Ok(SessionKey { id, offline: row.try_get("", "offline")? })
}
