//! Noting that a session was used: in memory each time, in its row now and then.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use super::{
    LiveSession, SessionKey,
    lifetime::{Limits, Sort},
    values::Given,
};
use crate::{ClientId, Error, Identity, Realm, Timestamp, writer::HotCommand};

impl Identity {
    /// Notes that a session, and the client's part that came with it, was used just now, so that it is not idle. It is written
    /// down at most so often that a twentieth of the idle time may be lost, and nobody waits for that: a session that loses
    /// its last minute has lost nothing that was promised.
    pub fn touch_session(&self, realm: &Realm, live: &LiveSession) {
        let now = self.clock().now();
        let session = live.session();
        let key = session.key();
        let client = live.client_session().map(|part| &part.client);
        let limits =
            Limits::of_user(&realm.settings, Sort { offline: session.offline, remembered: session.remember_me });
        let due = if self.is_single_node() {
            self.0.sessions.get(key).is_some_and(|kept| kept.touch(client, now, limits.lag_millis()))
        } else {
            now.0.saturating_sub(session.last_seen_at.0) >= limits.lag_millis()
        };
        if due {
            let expires_at = limits.sweep_at(session.started_at, now);
            self.0.writer.tell(TouchSession { key, client: client.cloned(), now, expires_at });
        }
    }
}

/// A session that was used.
pub(crate) struct TouchSession {
    key: SessionKey,
    client: Option<ClientId>,
    now: Timestamp,
    expires_at: Timestamp,
}

impl HotCommand for TouchSession {
    type Answer = ();

    async fn run(set: &[Self], on: &DatabaseTransaction) -> Result<Vec<Result<(), Error>>, DbErr> {
        // The last use of each counts; in one order, so that two nodes never wait for each other.
        let mut sessions: BTreeMap<SessionKey, &Self> = BTreeMap::new();
        let mut parts: BTreeMap<(SessionKey, &str), Timestamp> = BTreeMap::new();
        for touch in set {
            let last = sessions.entry(touch.key).or_insert(touch);
            if last.now < touch.now {
                *last = touch;
            }
            if let Some(client) = &touch.client {
                let last = parts.entry((touch.key, client.as_str())).or_insert(touch.now);
                *last = (*last).max(touch.now);
            }
        }
        let mut given = Given::of("id, offline, seen, expiry");
        for (key, touch) in sessions {
            given.push([key.id.as_str().into(), key.offline.into(), touch.now.0.into(), touch.expires_at.0.into()]);
        }
        let update = "UPDATE user_session SET last_seen_at = given.seen, expires_at = given.expiry FROM given \
                      WHERE user_session.id = given.id AND user_session.offline = given.offline \
                      AND user_session.last_seen_at < given.seen";
        on.execute_raw(given.statement(update, on)).await?;
        let mut given = Given::of("session_id, offline, client_id, seen");
        for ((key, client), seen) in parts {
            given.push([key.id.as_str().into(), key.offline.into(), client.into(), seen.0.into()]);
        }
        if !given.is_empty() {
            let update = "UPDATE client_session SET last_seen_at = given.seen FROM given \
                          WHERE client_session.session_id = given.session_id AND client_session.offline = given.offline \
                          AND client_session.client_id = given.client_id AND client_session.last_seen_at < given.seen";
            on.execute_raw(given.statement(update, on)).await?;
        }
        Ok(set.iter().map(|_| Ok(())).collect())
    }
}
