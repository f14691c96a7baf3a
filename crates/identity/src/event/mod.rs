//! Events: what happened in a realm, as a log line always and as a row where the realm stores them.

pub(crate) mod entity;

use std::{borrow::Cow, net::IpAddr};

use crate::{Error, Identity, Realm, Timestamp, UserId};

/// Something that happened. Never holds a secret, token or password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub time: Timestamp,
    /// What, such as `LOGIN_ERROR` or a plugin's own kind.
    pub kind: Cow<'static, str>,
    /// The client's `clientId`, as given by the request.
    pub client: Option<String>,
    /// The user, once known.
    pub user: Option<UserId>,
    /// The session.
    pub session: Option<String>,
    /// Where the request came from.
    pub address: Option<IpAddr>,
    /// Why it was refused; absent for a success.
    pub error: Option<Cow<'static, str>>,
    /// Further facts by name.
    pub details: Vec<(Cow<'static, str>, String)>,
}

/// Which events to list; the newest come first.
#[derive(Debug, Clone, Default)]
pub struct EventQuery {
    /// Only these kinds; empty for all.
    pub kinds: Vec<String>,
    /// Only of this client.
    pub client: Option<String>,
    /// Only of this user.
    pub user: Option<UserId>,
    /// Not older than this.
    pub from: Option<Timestamp>,
    /// Not newer than this.
    pub to: Option<Timestamp>,
    /// How many to pass over.
    pub skip: u64,
    /// How many at most; 0 means 100.
    pub limit: u64,
}

impl Identity {
    /// Records an event: log line, counter, and a row if the realm stores this kind. Never blocks and never fails; what is
    /// lost is counted.
    pub fn record(&self, realm: &Realm, event: Event) {
        let _ = (realm, event);
        todo!()
    }

    /// Stored events of a realm.
    pub async fn events(&self, realm: &Realm, query: EventQuery) -> Result<Vec<Event>, Error> {
        let _ = (realm, query);
        todo!()
    }

    /// Waits until everything recorded before is in the database.
    pub async fn flush_events(&self) {
        todo!()
    }
}
