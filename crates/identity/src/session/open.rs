//! Opening a session, and a client's joining one: one commit for the session, the client's part and the code that the client
//! is given.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::IpAddr,
    sync::Arc,
};

use crypto::secret::Secret;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, sea_query::OnConflict,
};

use super::{
    ClientSession, LiveSession, Notes, RefreshState, SessionId, SessionKey, UserSession, entity,
    lifetime::{Limits, Sort},
    map::Kept,
    part_entity,
};
use crate::{
    ClientId, Error, Identity, NewTicket, Proven, Realm, Timestamp, store::Inner, ticket, user, writer::HotCommand,
};

/// A session that is to be opened.
#[derive(Default)]
pub struct NewSession<'a> {
    /// Its id, where that had to be known before; else a random one.
    pub id: Option<SessionId>,
    /// Where the person is.
    pub address: Option<IpAddr>,
    /// Whether the person asked to be remembered.
    pub remember_me: bool,
    /// What whoever opens it wants to know again; at most 32 KiB.
    pub notes: Notes,
    /// The client that takes part at once.
    pub client: Option<NewClientSession<'a>>,
    /// The ticket (the code) that the client is given.
    pub ticket: Option<WithTicket<'a>>,
}

/// A client's part that is to be made.
#[derive(Debug)]
pub struct NewClientSession<'a> {
    /// The client.
    pub client: &'a ClientId,
    /// What the protocol wants to know again; at most 32 KiB.
    pub notes: Notes,
}

/// A ticket that is issued in the commit that makes what it is for, and the prefix of its secret.
pub struct WithTicket<'a>(pub NewTicket<'a>, pub &'a str);

impl Identity {
    /// Opens a session for somebody who has proved who they are, with a client's part and a ticket (the code) as asked for:
    /// all in one commit, or nothing. The second half of the answer is the ticket's secret.
    ///
    /// # Errors
    /// [`Error::Refused`] when the user was disabled or changed since the proof (so that no session can come of a password
    /// that was changed while it was being checked), or the proof is of another realm.
    pub async fn open_session(
        &self,
        realm: &Realm,
        proven: &Proven,
        new: NewSession<'_>,
    ) -> Result<(Arc<UserSession>, Option<Secret>), Error> {
        if *proven.realm() != realm.id {
            return Err(Error::Refused("the proof is of another realm".to_owned()));
        }
        new.notes.check()?;
        let now = self.clock().now();
        let user = proven.user();
        let session = UserSession {
            id: new.id.unwrap_or_else(|| SessionId::random(self.random())),
            realm: realm.id.clone(),
            user: user.id.clone(),
            username: user.username.as_str().into(),
            address: new.address,
            remember_me: new.remember_me && realm.settings.remember_me,
            offline: false,
            started_at: now,
            last_seen_at: now,
            methods: proven.methods(),
            notes: Arc::new(new.notes),
        };
        let part = new.client.map(|client| part(realm, session.key(), client, now)).transpose()?;
        let (secret, ticket) = self.ticket_of(new.ticket)?;
        let session = Arc::new(session);
        let command = OpenSession {
            expires_at: expiry(realm, &session, now),
            session: Arc::clone(&session),
            user_version: Some(user.version),
            part,
            ticket,
        };
        self.0.writer.ask(command).await?;
        Ok((session, secret))
    }

    /// Makes the offline session that goes with a live session (`offline_access`), with the client's part in it. The same
    /// client's earlier part in it is replaced.
    ///
    /// # Errors
    /// [`Error::Refused`] when the user was disabled meanwhile.
    pub async fn open_offline_session(
        &self,
        realm: &Realm,
        live: &LiveSession,
        client: NewClientSession<'_>,
    ) -> Result<(), Error> {
        let now = self.clock().now();
        let online = live.session();
        let session = UserSession { offline: true, started_at: now, last_seen_at: now, ..(**online).clone() };
        let part = part(realm, session.key(), client, now)?;
        let command = OpenSession {
            expires_at: expiry(realm, &session, now),
            session: Arc::new(session),
            user_version: None,
            part: Some(part),
            ticket: None,
        };
        self.0.writer.ask(command).await
    }

    /// Lets a client take part in a session, and issues a ticket with it. A part that the client has already begins anew, with
    /// these notes and without a refresh token.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the session is gone.
    pub async fn attach_client(
        &self,
        realm: &Realm,
        id: &SessionId,
        client: NewClientSession<'_>,
        ticket: Option<WithTicket<'_>>,
    ) -> Result<Option<Secret>, Error> {
        let key = SessionKey { id: *id, offline: false };
        let part = part(realm, key, client, self.clock().now())?;
        let (secret, ticket) = self.ticket_of(ticket)?;
        self.0.writer.ask(AttachClient { realm: realm.id.to_string(), part, ticket }).await?;
        Ok(secret)
    }

    fn ticket_of(
        &self,
        ticket: Option<WithTicket<'_>>,
    ) -> Result<(Option<Secret>, Option<ticket::entity::Model>), Error> {
        let made = ticket.map(|WithTicket(new, prefix)| self.ticket_row(&new, prefix)).transpose()?;
        Ok(made.unzip())
    }
}

fn part(realm: &Realm, key: SessionKey, new: NewClientSession<'_>, now: Timestamp) -> Result<ClientSession, Error> {
    new.notes.check()?;
    // The snapshot's own id: there is one text for all sessions of a client, not one for each.
    let client = realm.client_by_id(new.client).ok_or(Error::NotFound("client"))?;
    Ok(ClientSession {
        session: key.id,
        client: client.id.clone(),
        offline: key.offline,
        started_at: now,
        last_seen_at: now,
        notes: Arc::new(new.notes),
        refresh: RefreshState::default(),
    })
}

fn expiry(realm: &Realm, session: &UserSession, now: Timestamp) -> Timestamp {
    let sort = Sort { offline: session.offline, remembered: session.remember_me };
    Limits::of_user(&realm.settings, sort).sweep_at(session.started_at, now)
}

/// A session to be written.
pub(crate) struct OpenSession {
    session: Arc<UserSession>,
    expires_at: Timestamp,
    /// The version that the user must still have.
    user_version: Option<i64>,
    part: Option<ClientSession>,
    ticket: Option<ticket::entity::Model>,
}

impl HotCommand for OpenSession {
    type Answer = ();

    async fn run(set: &[Self], on: &DatabaseTransaction) -> Result<Vec<Result<(), Error>>, DbErr> {
        let users = standing(set.iter().map(|open| open.session.user.as_str()).collect(), on).await?;
        let answers: Vec<Result<(), Error>> = set.iter().map(|open| open.check(&users)).collect();
        let good = || set.iter().zip(&answers).filter(|(_, answer)| answer.is_ok()).map(|(open, _)| open);
        let sessions: Vec<_> = good().map(|open| open.session.to_row(open.expires_at).into_active_model()).collect();
        if !sessions.is_empty() {
            // Only an offline session can be there already: it goes on.
            let columns = [entity::Column::Id, entity::Column::Offline];
            entity::Entity::insert_many(sessions)
                .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
                .exec_without_returning(on)
                .await?;
        }
        write_parts(good().filter_map(|open| open.part.as_ref()), on).await?;
        write_tickets(good().filter_map(|open| open.ticket.as_ref()), on).await?;
        Ok(answers)
    }

    fn forget(&self, (): &(), memory: &Inner) {
        if !memory.store.is_single_node() {
            return;
        }
        if self.session.offline {
            memory.sessions.drop_key(self.session.key());
        } else {
            memory.sessions.keep(Kept::new(Arc::clone(&self.session), self.part.clone().into_iter().collect()));
        }
    }
}

impl OpenSession {
    fn check(&self, users: &HashMap<String, (bool, i64)>) -> Result<(), Error> {
        let (enabled, version) = users.get(self.session.user.as_str()).ok_or(Error::NotFound("user"))?;
        if !enabled {
            return Err(Error::Refused("the user is disabled".to_owned()));
        }
        if self.user_version.is_some_and(|seen| seen != *version) {
            return Err(Error::Refused("the user was changed meanwhile".to_owned()));
        }
        Ok(())
    }
}

/// Whether users are enabled, and their versions. They stay so until the commit: no session can slip in beside a change that
/// would have ended it. (SQLite has one writer at a time anyway.)
async fn standing(users: BTreeSet<&str>, on: &DatabaseTransaction) -> Result<HashMap<String, (bool, i64)>, DbErr> {
    let mut query = user::entity::Entity::find()
        .select_only()
        .columns([user::entity::Column::Id, user::entity::Column::Enabled, user::entity::Column::Version])
        .filter(user::entity::Column::Id.is_in(users));
    if on.get_database_backend() != DbBackend::Sqlite {
        query = query.lock_shared();
    }
    let rows: Vec<(String, bool, i64)> = query.into_tuple().all(on).await?;
    Ok(rows.into_iter().map(|(id, enabled, version)| (id, (enabled, version))).collect())
}

/// Writes clients' parts, in the place of those that are there. One client may join a session twice in one set: the last
/// counts, as it would one by one.
async fn write_parts<'p>(
    parts: impl Iterator<Item = &'p ClientSession>,
    on: &DatabaseTransaction,
) -> Result<(), DbErr> {
    let last: BTreeMap<_, _> = parts.map(|part| ((part.session, part.offline, part.client.clone()), part)).collect();
    if last.is_empty() {
        return Ok(());
    }
    let columns = [part_entity::Column::SessionId, part_entity::Column::Offline, part_entity::Column::ClientId];
    let replace = OnConflict::columns(columns)
        .update_columns([
            part_entity::Column::Notes,
            part_entity::Column::StartedAt,
            part_entity::Column::LastSeenAt,
            part_entity::Column::RefreshCurrent,
            part_entity::Column::RefreshUses,
            part_entity::Column::RefreshPrevious,
            part_entity::Column::RotatedAt,
        ])
        .to_owned();
    part_entity::Entity::insert_many(last.into_values().map(|part| part.to_row().into_active_model()))
        .on_conflict(replace)
        .exec_without_returning(on)
        .await?;
    Ok(())
}

async fn write_tickets<'t>(
    tickets: impl Iterator<Item = &'t ticket::entity::Model>,
    on: &DatabaseTransaction,
) -> Result<(), DbErr> {
    let rows: Vec<_> = tickets.map(|row| row.clone().into_active_model()).collect();
    if !rows.is_empty() {
        ticket::entity::Entity::insert_many(rows).exec_without_returning(on).await?;
    }
    Ok(())
}

/// A client's part to be written into a session that is there.
pub(crate) struct AttachClient {
    realm: String,
    part: ClientSession,
    ticket: Option<ticket::entity::Model>,
}

impl HotCommand for AttachClient {
    type Answer = ();

    async fn run(set: &[Self], on: &DatabaseTransaction) -> Result<Vec<Result<(), Error>>, DbErr> {
        let ids: BTreeSet<String> = set.iter().map(|attach| attach.part.session.to_string()).collect();
        let mut query = entity::Entity::find()
            .select_only()
            .columns([entity::Column::Id, entity::Column::RealmId])
            .filter(entity::Column::Id.is_in(ids))
            .filter(entity::Column::Offline.eq(false));
        if on.get_database_backend() != DbBackend::Sqlite {
            query = query.lock_shared();
        }
        let rows: Vec<(String, String)> = query.into_tuple().all(on).await?;
        let there: HashMap<String, String> = rows.into_iter().collect();
        let is_there = |attach: &Self| there.get(attach.part.session.as_str()) == Some(&attach.realm);
        write_parts(set.iter().filter(|attach| is_there(attach)).map(|attach| &attach.part), on).await?;
        write_tickets(set.iter().filter(|attach| is_there(attach)).filter_map(|attach| attach.ticket.as_ref()), on)
            .await?;
        Ok(set.iter().map(|attach| if is_there(attach) { Ok(()) } else { Err(Error::NotFound("session")) }).collect())
    }

    fn forget(&self, (): &(), memory: &Inner) {
        let key = SessionKey { id: self.part.session, offline: self.part.offline };
        memory.sessions.change(key, |kept| kept.put(&self.part));
    }
}
