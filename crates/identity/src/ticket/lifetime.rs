//! How long a ticket lives that is used again and again.

use super::Ticket;
use crate::{RealmSettings, Timestamp};

/// The use of a ticket is written down no more often than this.
const LONGEST_STEP: i64 = 60 * 60;

/// How long a ticket lives that is used again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketLifetime {
    /// Seconds without use after which it is dead. It may live longer by the step in which use is written down (an hour at
    /// most), never shorter.
    pub idle: i64,
    /// Seconds after its issue after which it is dead in any case.
    pub most: Option<i64>,
}

impl TicketLifetime {
    /// What a realm says of sessions that outlive a log-in: Keycloak's `offlineSessionIdleTimeout`, and
    /// `offlineSessionMaxLifespan` where `offlineSessionMaxLifespanEnabled`.
    #[must_use]
    pub fn offline(settings: &RealmSettings) -> Self {
        Self {
            idle: settings.offline_session_idle_timeout.max(1),
            most: settings.offline_session_max_lifespan_enabled.then_some(settings.offline_session_max_lifespan),
        }
    }

    /// The end of a ticket that was issued and last used then.
    #[must_use]
    pub fn end(self, issued: Timestamp, used: Timestamp) -> Timestamp {
        let idle = used.plus_seconds(self.idle.saturating_add(self.step()));
        match self.most {
            Some(most) => idle.min(issued.plus_seconds(most)),
            None => idle,
        }
    }

    /// Whether a ticket is dead by this rule, whatever rule held when its end was written down.
    pub(crate) fn is_over(self, ticket: &Ticket, now: Timestamp) -> bool {
        self.end(ticket.created_at, ticket.used_at) <= now
    }

    /// Whether a use at this moment is to be written down.
    pub(crate) fn is_due(self, ticket: &Ticket, now: Timestamp) -> bool {
        ticket.used_at.plus_seconds(self.step()) <= now
    }

    /// Seconds between two uses that are written down.
    fn step(self) -> i64 {
        (self.idle / 4).clamp(1, LONGEST_STEP)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(realm: &serde_json::Value) -> TicketLifetime {
        TicketLifetime::offline(&RealmSettings::from_document(realm).unwrap())
    }

    #[test]
    fn a_realm_that_says_nothing_has_keycloaks_thirty_days_and_no_end() {
        assert_eq!(of(&json!({})), TicketLifetime { idle: 2_592_000, most: None });
        assert_eq!(of(&json!({ "offlineSessionMaxLifespan": 60 })).most, None, "not enabled");
        let limited = of(&json!({ "offlineSessionMaxLifespanEnabled": true, "offlineSessionIdleTimeout": 600 }));
        assert_eq!(limited, TicketLifetime { idle: 600, most: Some(5_184_000) });
    }

    #[test]
    fn use_never_shortens_the_idle_time_and_the_end_is_the_end() {
        let lifetime = TicketLifetime { idle: 8_000, most: Some(20_000) };
        let issued = Timestamp(0);
        for unwritten in [0, 1_999] {
            let last_use = Timestamp(0).plus_seconds(unwritten);
            assert!(lifetime.end(issued, issued) >= last_use.plus_seconds(8_000));
        }
        assert_eq!(lifetime.end(issued, Timestamp(15_000_000)), Timestamp(20_000_000));
        // Nonsense of a realm file ends a token and overflows nothing.
        let wild = TicketLifetime { idle: i64::MAX, most: Some(-1) };
        assert!(wild.end(issued, issued) < issued);
    }
}
