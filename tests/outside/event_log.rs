//! The server's events, read from its structured log.

use serde_json::Value;

/// One event line. Its fields stand at the top of the line or, as some log formats do, under `fields`.
#[derive(Clone, Debug)]
pub(crate) struct Event(Value);

impl Event {
    pub(crate) fn kind(&self) -> &str {
        self.field("event")
    }

    /// The text of a field; empty when the event has none.
    pub(crate) fn field(&self, name: &str) -> &str {
        [&self.0[name], &self.0["fields"][name]].into_iter().find_map(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn line(&self) -> String {
        self.0.to_string()
    }
}

/// All events in a log, in order.
pub(crate) fn events(log: &str) -> Vec<Event> {
    log.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .map(Event)
        .filter(|event| !event.kind().is_empty())
        .collect()
}
