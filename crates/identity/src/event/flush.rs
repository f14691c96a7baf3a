//! The task that writes events: log lines first, then the rows that realms keep.

use std::{
    borrow::Cow,
    sync::{Arc, Weak},
    time::Duration,
};

use crypto::random::Random;
use serde_json::{Map, Value};
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

fn row(pending: Pending, sequence: i64, random: &dyn Random) -> Row {
    let Event { time, kind, client, user, session, address, error, details } = pending.event;
    let details: Map<String, Value> =
        details.into_iter().map(|(name, value)| (name.into_owned(), value.into())).collect();
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
        Value::Object(details).to_string().into(),
        sequence.into(),
    ];
    Row { realm: pending.realm, values }
}
