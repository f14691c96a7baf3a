//! Sessions: somebody who has proved who they are, for a while, and the clients they use meanwhile.
//!
//! A user session is a row; so is each client's part of it. What ends one ends all that was issued under it: whoever wants to
//! issue a token under a session must show it alive, as a [`LiveSession`], to the gate.

mod close;
pub(crate) mod entity;
mod find;
mod id;
mod lifetime;
mod list;
mod live;
mod map;
mod notes;
mod open;
mod part_entity;
mod renew;
mod rotate;
mod row;
mod sweep;
#[cfg(test)]
mod tests;
mod touch;
mod values;

use std::{net::IpAddr, sync::Arc};

use uuid::Uuid;

pub(crate) use close::{CloseSessions, close_of_users};
pub use id::{NoSessionId, SessionId};
pub use list::{SessionCount, SessionPage};
pub use live::LiveSession;
pub(crate) use map::{SessionKey, Sessions};
pub use notes::Notes;
pub(crate) use open::{AttachClient, OpenSession};
pub use open::{NewClientSession, NewSession, WithTicket};
pub(crate) use rotate::RotateRefresh;
pub use rotate::{RefreshPolicy, RefreshRotation};
pub(crate) use sweep::sweep;
pub(crate) use touch::TouchSession;

use crate::{ClientId, Methods, RealmId, Timestamp, UserId};

/// Somebody's session.
#[derive(Clone, Debug, PartialEq)]
pub struct UserSession {
    /// Its id; an offline session has that of the session it came from.
    pub id: SessionId,
    /// The realm.
    pub realm: RealmId,
    /// Whose it is.
    pub user: UserId,
    /// The user's name when it began.
    pub username: Arc<str>,
    /// Where it began.
    pub address: Option<IpAddr>,
    /// Whether the person asked to be remembered.
    pub remember_me: bool,
    /// Whether it outlives a log-out (`offline_access`).
    pub offline: bool,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was last used.
    pub last_seen_at: Timestamp,
    /// How the user was proven.
    pub methods: Methods,
    /// What whoever opened it wants to know again (`AUTH_TIME`, levels of authentication, the identity provider).
    pub notes: Arc<Notes>,
}

/// A client's part of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientSession {
    /// The session it is a part of.
    pub session: SessionId,
    /// The client.
    pub client: ClientId,
    /// Whether it is a part of the offline session of that id.
    pub offline: bool,
    /// When the client joined.
    pub started_at: Timestamp,
    /// When the client last used it.
    pub last_seen_at: Timestamp,
    /// What the protocol wants to know again (scope, redirect URI, nonce).
    pub notes: Arc<Notes>,
    /// Where its refresh tokens stand.
    pub refresh: RefreshState,
}

/// Where a client session's refresh tokens stand, for a realm that lets each be used a limited number of times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefreshState {
    /// The token that counts; none before the first rotation.
    pub current: Option<Uuid>,
    /// How often it has been used.
    pub uses: u32,
    /// The token that it replaced.
    pub previous: Option<Uuid>,
    /// When it replaced that.
    pub rotated_at: Option<Timestamp>,
}
