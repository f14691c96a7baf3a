//! Sessions to rows and back.

use std::sync::Arc;

use sea_orm::DbErr;
use uuid::Uuid;

use super::{ClientSession, Notes, RefreshState, SessionId, SessionKey, UserSession, entity, part_entity};
use crate::{Methods, Timestamp};

impl UserSession {
    pub(super) fn key(&self) -> SessionKey {
        SessionKey { id: self.id, offline: self.offline }
    }

    pub(super) fn to_row(&self, expires_at: Timestamp) -> entity::Model {
        entity::Model {
            id: self.id.to_string(),
            offline: self.offline,
            realm_id: self.realm.to_string(),
            user_id: self.user.to_string(),
            username: self.username.to_string(),
            address: self.address.map(|address| address.to_string()),
            remember_me: self.remember_me,
            methods: self.methods.to_words(),
            notes: self.notes.to_json(),
            started_at: self.started_at.0,
            last_seen_at: self.last_seen_at.0,
            expires_at: expires_at.0,
        }
    }

    pub(super) fn from_row(row: entity::Model) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.id.parse().map_err(|_| broken("id"))?,
            realm: row.realm_id.into(),
            user: row.user_id.into(),
            username: row.username.into(),
            // An address is for people to read; one that cannot be read stops nobody.
            address: row.address.and_then(|address| address.parse().ok()),
            remember_me: row.remember_me,
            offline: row.offline,
            started_at: Timestamp(row.started_at),
            last_seen_at: Timestamp(row.last_seen_at),
            methods: Methods::from_words(&row.methods),
            notes: Arc::new(Notes::from_json(&row.notes).map_err(|_| broken("notes"))?),
        })
    }
}

impl ClientSession {
    pub(super) fn to_row(&self) -> part_entity::Model {
        part_entity::Model {
            session_id: self.session.to_string(),
            offline: self.offline,
            client_id: self.client.to_string(),
            notes: self.notes.to_json(),
            started_at: self.started_at.0,
            last_seen_at: self.last_seen_at.0,
            refresh_current: self.refresh.current.map(|id| id.to_string()),
            refresh_uses: self.refresh.uses.into(),
            refresh_previous: self.refresh.previous.map(|id| id.to_string()),
            rotated_at: self.refresh.rotated_at.map(|at| at.0),
        }
    }

    pub(super) fn from_row(row: part_entity::Model) -> Result<Self, DbErr> {
        let session: SessionId = row.session_id.parse().map_err(|_| broken("id"))?;
        let token = |text: Option<String>| -> Result<Option<Uuid>, DbErr> {
            text.map(|text| Uuid::parse_str(&text).map_err(|_| broken("refresh token"))).transpose()
        };
        Ok(Self {
            session,
            client: row.client_id.into(),
            offline: row.offline,
            started_at: Timestamp(row.started_at),
            last_seen_at: Timestamp(row.last_seen_at),
            notes: Arc::new(Notes::from_json(&row.notes).map_err(|_| broken("notes"))?),
            refresh: RefreshState {
                current: token(row.refresh_current)?,
                uses: u32::try_from(row.refresh_uses).unwrap_or(u32::MAX),
                previous: token(row.refresh_previous)?,
                rotated_at: row.rotated_at.map(Timestamp),
            },
        })
    }
}

fn broken(what: &str) -> DbErr {
    DbErr::Type(format!("a session's {what} cannot be read"))
}
