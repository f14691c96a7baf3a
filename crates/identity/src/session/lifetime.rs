//! How long sessions live, by Keycloak's rules.
//!
//! A session ends when it was idle for too long or has reached its greatest age. Sessions that are remembered, and offline
//! ones, have limits of their own; a client may set narrower ones for its part of a session.

use crate::{Client, RealmSettings, Timestamp};

/// Client attributes; seconds, 0 or absent leaves it to the realm.
const IDLE: &str = "client.session.idle.timeout";
const MAX: &str = "client.session.max.lifespan";
const OFFLINE_IDLE: &str = "client.offline.session.idle.timeout";
const OFFLINE_MAX: &str = "client.offline.session.max.lifespan";

/// What kind of session it is, as far as its life depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) offline: bool,
    pub(crate) remembered: bool,
}

/// Seconds; `max` is none for a session that may grow old without end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) idle: i64,
    pub(crate) max: Option<i64>,
}

impl Limits {
    /// Those of a user session.
    pub(crate) fn of_user(settings: &RealmSettings, sort: Sort) -> Self {
        if sort.offline {
            return Self {
                idle: settings.offline_session_idle_timeout,
                max: settings.offline_session_max_lifespan_enabled.then_some(settings.offline_session_max_lifespan),
            };
        }
        let own = |remembered: i64, usual: i64| if sort.remembered && remembered > 0 { remembered } else { usual };
        Self {
            idle: own(settings.sso_session_idle_timeout_remember_me, settings.sso_session_idle_timeout),
            max: Some(own(settings.sso_session_max_lifespan_remember_me, settings.sso_session_max_lifespan)),
        }
    }

    /// Those of a client's part of it: the client's own, or the realm's for clients, but never wider than the user session's.
    pub(crate) fn of_client(settings: &RealmSettings, client: &Client, sort: Sort) -> Self {
        let whole = Self::of_user(settings, sort);
        let (idle, max) = if sort.offline {
            (
                seconds(client, OFFLINE_IDLE).unwrap_or(settings.client_offline_session_idle_timeout),
                seconds(client, OFFLINE_MAX).unwrap_or(settings.client_offline_session_max_lifespan),
            )
        } else {
            (
                seconds(client, IDLE).unwrap_or(settings.client_session_idle_timeout),
                seconds(client, MAX).unwrap_or(settings.client_session_max_lifespan),
            )
        };
        Self {
            idle: if idle > 0 { idle.min(whole.idle) } else { whole.idle },
            // An offline session without a greatest age stays without one, whatever a client says: so does Keycloak.
            max: whole.max.map(|most| if max > 0 { max.min(most) } else { most }),
        }
    }

    /// When a session that began and was last used at these times is over.
    pub(crate) fn end(self, started: Timestamp, seen: Timestamp) -> Timestamp {
        let idle = seen.plus_seconds(self.idle);
        self.max.map_or(idle, |max| idle.min(started.plus_seconds(max)))
    }

    /// Whether it is over by now. A use that was not written down is credited: nobody shall lose a session for that.
    pub(crate) fn is_over(self, started: Timestamp, seen: Timestamp, now: Timestamp) -> bool {
        now >= self.end(started, seen.plus_millis(self.lag_millis()))
    }

    /// When the row of a session that was last used at this time may go: not before it is over for everybody.
    pub(crate) fn sweep_at(self, started: Timestamp, seen: Timestamp) -> Timestamp {
        self.end(started, seen.plus_millis(self.lag_millis().saturating_mul(2)))
    }

    /// How far the time of last use in a row may lag behind: a session in constant use is written now and then only.
    pub(crate) fn lag_millis(self) -> i64 {
        (self.idle.saturating_mul(1000) / 20).clamp(500, 60_000)
    }
}

fn seconds(client: &Client, attribute: &str) -> Option<i64> {
    client.attribute(attribute)?.parse().ok().filter(|seconds| *seconds > 0)
}
