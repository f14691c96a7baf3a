//! The task that writes events: log lines first, then the rows that realms keep.

use std::{
    borrow::Cow,
    sync::{Arc, Weak},
    time::Duration,
};

use crypto::random::Random;
use serde::Serializer as _;
use tokio::time::timeout;

use super::{
    Event,
    append::{AppendEvents, Row},
    buffer::{Buffer, Pending},
    line::Lines,
};
use crate::store::Inner;

/// How long the first event of a batch waits for company. With the commit it stays well within the 50 ms that an event may
/// take to its row.
const LINGER: Duration = Duration::from_millis(20);
/// Rows of one command to the writer.
const ROWS: usize = 1200;

/// The task's side.
pub(super) struct Flusher {
    pub(super) buffer: Arc<Buffer>,
    pub(super) inner: Weak<Inner>,
    pub(super) lines: Lines,
    /// Counts the rows of this process, so that events of one millisecond keep their order.
    pub(super) sequence: i64,
}

impl Flusher {
    pub(super) async fn run(mut self) {
        let mut told = 0;
        loop {
            self.buffer.some.notified().await;
            // Time is up or somebody presses: write in either case.
            let _ = timeout(LINGER, self.buffer.urgent.notified()).await;
            let taken = self.buffer.take();
            self.write(taken.events).await;
            let lost = self.buffer.lost();
            if lost > told {
                tracing::error!(lost = lost - told, "events were lost");
                told = lost;
            }
            for written in taken.flushes {
                let _ = written.send(());
            }
            if taken.closed {
                return;
            }
        }
    }

    async fn write(&mut self, events: Vec<Pending>) {
        for pending in &events {
            self.lines.write(&pending.realm_name, &pending.event);
        }
        let stored: Vec<Pending> = events.into_iter().filter(|pending| pending.stored).collect();
        if stored.is_empty() {
            return;
        }
        let Some(inner) = self.inner.upgrade() else {
            tracing::error!(lost = stored.len(), "the store was closed before its events were stored");
            return;
        };
        let mut stored = stored.into_iter();
        loop {
            let next = |pending| {
                self.sequence += 1;
                row(pending, self.sequence, &*inner.random)
            };
            let some: Vec<Row> = stored.by_ref().take(ROWS).map(next).collect();
            if some.is_empty() {
                return;
            }
            let count = some.len() as u64;
            if let Err(error) = inner.writer.ask_patiently(AppendEvents { rows: some }).await {
                self.buffer.lose(count, inner.clock.monotonic_micros());
                tracing::error!(%error, "events could not be stored");
            }
        }
    }
}

/// Details as a JSON object, written without building one: this is done for every request. Of two by one name the later counts.
fn facts(details: &[(Cow<'static, str>, String)]) -> String {
    let is_last = |(at, (name, _)): &(usize, &(Cow<'static, str>, String))| {
        details.iter().skip(at + 1).all(|(later, _)| later != name)
    };
    let mut text = Vec::with_capacity(256);
    let members = details.iter().enumerate().filter(is_last).map(|(_, (name, value))| (name, value));
    // Text into memory: nothing that could fail.
    let _ = serde_json::Serializer::new(&mut text).collect_map(members);
    String::from_utf8(text).unwrap_or_default()
}

fn row(pending: Pending, sequence: i64, random: &dyn Random) -> Row {
    let Event { time, kind, client, user, session, address, error, details } = pending.event;
    let values = [
        crypto::random::uuid_at(random, time.0).to_string().into(),
        pending.realm.to_string().into(),
        time.0.into(),
        kind.into_owned().into(),
        client.into(),
        user.map(|user| user.to_string()).into(),
        session.into(),
        address.map(|address| address.to_string()).into(),
        error.map(Cow::into_owned).into(),
        facts(&details).into(),
        sequence.into(),
    ];
    Row { realm: pending.realm, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_an_object_in_which_the_later_of_two_counts() {
        let details =
            [("a", "1\"\n"), ("b", "ü"), ("a", "2")].map(|(name, value)| (Cow::Borrowed(name), value.to_owned()));
        assert_eq!(facts(&details), r#"{"b":"ü","a":"2"}"#);
        assert_eq!(facts(&[]), "{}");
        assert_eq!(facts(&[(Cow::Borrowed("x"), "\u{1}\"".to_owned())]), r#"{"x":"\u0001\""}"#);
    }
}
