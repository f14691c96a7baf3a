//! Sweeping what time has killed: expired tickets, sessions that are over, events older than their realm keeps them, and what
//! imports that died left behind.

mod kept;

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use sea_orm::{ConnectionTrait, DbErr, sea_query::DeleteStatement};
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    Error, Identity, admin_event, event, realm_file, session,
    store::{Inner, Store},
    task::Task,
    ticket,
};

pub(crate) use kept::Kept;

/// Rows that one statement deletes at most.
const BATCH: u64 = 500;
/// Time between two sweeps.
const PERIOD: Duration = Duration::from_mins(1);

/// What a sweep has deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Expired tickets.
    pub tickets: u64,
    /// Sessions that are over.
    pub sessions: u64,
    /// Events older than their realm keeps them, and those of realms that are gone.
    pub events: u64,
    /// Realms of imports that died.
    pub realms: u64,
}

impl Identity {
    /// Deletes expired tickets, sessions that are over, outdated events and half-imported realms. Runs by itself at the start
    /// and every minute; several nodes may do it at once.
    pub async fn sweep(&self) -> Result<Swept, Error> {
        let now = self.clock().now();
        Ok(Swept {
            realms: realm_file::sweep_dead_imports(&self.0).await?,
            tickets: ticket::sweep(self.store(), now).await?,
            sessions: session::sweep(self.store(), now).await?,
            events: event::KEPT.sweep(self.store(), now).await? + admin_event::KEPT.sweep(self.store(), now).await?,
        })
    }
}

/// Sweeps now and then, for as long as the store is in use.
#[derive(Default)]
pub(crate) struct Sweeper(Task);

impl Sweeper {
    /// Starts the task; called once, after the store is open.
    pub(crate) fn start(&self, inner: &Arc<Inner>) {
        self.0.start(run(Arc::downgrade(inner)));
    }

    pub(crate) fn stop(&self) {
        self.0.abort();
    }
}

async fn run(inner: Weak<Inner>) {
    let mut period = interval(PERIOD);
    period.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        period.tick().await;
        let Some(inner) = inner.upgrade() else { return };
        if let Err(error) = Identity(inner).sweep().await {
            tracing::warn!(%error, "expired rows could not be swept");
        }
    }
}

/// Runs a delete of at most the given number of rows until it finds fewer; whoever else wants to write gets in between.
pub(crate) async fn in_batches(store: &Store, delete: impl Fn(u64) -> DeleteStatement) -> Result<u64, DbErr> {
    let mut total = 0;
    loop {
        let deleted = store.writer.execute(&delete(BATCH)).await?.rows_affected();
        total += deleted;
        if deleted < BATCH {
            return Ok(total);
        }
        tokio::task::yield_now().await;
    }
}
