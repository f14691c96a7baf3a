//! The one writer of a process: hot commands, batched, answered after commit.
//!
//! On SQLite there is one write connection, so a batch of up to [`BATCH`] commands shares one transaction and one flush to
//! disk; when a statement of the batch fails, the batch is undone and its commands run one by one, so that a bad command hurts
//! nobody else. On PostgreSQL each command is its own transaction, and several are under way at once.

mod batch;
mod lane;

use std::sync::Arc;

use sea_orm::{DbBackend, DbErr};
use tokio::{
    sync::{Notify, mpsc, oneshot},
    task::{JoinHandle, JoinSet},
};

use crate::{Error, Fault, cache::Caches, store::Store};
use batch::{Batch, Command};
pub(crate) use lane::{Ask, HotCommand};

/// Commands that may share a transaction on SQLite.
const BATCH: usize = 256;
/// Commands that may wait; beyond, the asker is told to come back.
const QUEUE: usize = 4096;
/// Transactions of hot commands under way at once on PostgreSQL; the rest of the pool is for everybody else.
const IN_FLIGHT: usize = 8;

/// The way to the writer task. The task ends when this is dropped or [`Writer::stop`] is called, after it has run what waits.
pub(crate) struct Writer {
    queue: mpsc::Sender<Command>,
    stop: Arc<Notify>,
    task: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the writer task. It holds `store` and `caches` alone, so that it ends with the last user of the store.
    pub(crate) fn start(store: Store, caches: Arc<Caches>) -> Self {
        let (queue, commands) = mpsc::channel(QUEUE);
        let stop = Arc::new(Notify::new());
        let worker = Worker { store, caches };
        let task = tokio::spawn(worker.run(commands, Arc::clone(&stop)));
        Self { queue, stop, task: tokio::sync::Mutex::new(Some(task)) }
    }

    /// Runs a command and waits for its commit. A full queue is [`Error::Busy`], and then nothing was done.
    pub(crate) async fn ask<C: HotCommand>(&self, command: C) -> Result<C::Answer, Error>
    where
        Command: From<Ask<C>>,
    {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Command::from(Ask { command, answer })).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => Error::Busy { retry_after_seconds: 1 },
            mpsc::error::TrySendError::Closed(_) => stopped(),
        })?;
        answered.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// A way to the writer for a background task, which waits for room instead of giving up.
    pub(crate) fn patient(&self) -> PatientWriter {
        PatientWriter { queue: self.queue.clone() }
    }

    /// Commands that wait for their turn.
    pub(crate) fn queued(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Whether the task runs and takes commands.
    pub(crate) fn is_alive(&self) -> bool {
        !self.queue.is_closed()
    }

    /// Takes no more commands, and waits until those that were taken are answered.
    pub(crate) async fn stop(&self) {
        self.stop.notify_one();
        if let Some(task) = self.task.lock().await.take()
            && let Err(ended) = task.await
        {
            tracing::error!(error = %ended, "the writer ended badly");
        }
    }
}

/// See [`Writer::patient`].
pub(crate) struct PatientWriter {
    queue: mpsc::Sender<Command>,
}

impl PatientWriter {
    /// Runs a command, waiting for room in the queue, and waits for its commit.
    pub(crate) async fn ask<C: HotCommand>(&self, command: C) -> Result<C::Answer, Error>
    where
        Command: From<Ask<C>>,
    {
        let (answer, answered) = oneshot::channel();
        self.queue.send(Command::from(Ask { command, answer })).await.map_err(|_| stopped())?;
        answered.await.unwrap_or_else(|_| Err(stopped()))
    }
}

fn stopped() -> Error {
    Error::Fault(Fault::new("the writer has stopped"))
}

/// The task's side.
#[derive(Clone)]
struct Worker {
    store: Store,
    caches: Arc<Caches>,
}

/// Why a batch was not committed.
enum Failure {
    /// No transaction could be begun: trying its parts would fail alike.
    Begin(Error),
    /// A statement failed, and everything was undone: its parts may do better.
    Statement(DbErr),
    /// The commit failed, so that its outcome may be unknown: trying again could do it twice.
    Commit(Error),
}

impl Worker {
    async fn run(self, mut commands: mpsc::Receiver<Command>, stop: Arc<Notify>) {
        let limit = if self.store.backend() == DbBackend::Sqlite { BATCH } else { 1 };
        let mut taken = Vec::with_capacity(limit);
        let mut under_way = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                () = stop.notified() => {
                    // What was taken into the queue is still run; the next round finds the rest, then nothing.
                    commands.close();
                    continue;
                }
                received = commands.recv_many(&mut taken, limit) => {
                    if received == 0 {
                        break;
                    }
                }
            }
            let batch: Batch = taken.drain(..).collect();
            if limit == 1 {
                while under_way.len() >= IN_FLIGHT {
                    under_way.join_next().await;
                }
                let worker = self.clone();
                under_way.spawn(async move { worker.work(batch).await });
                while under_way.try_join_next().is_some() {}
            } else {
                self.work(batch).await;
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    /// Runs a batch; when a statement of it fails, its commands one by one.
    async fn work(&self, batch: Batch) {
        let Some(Rejected { batch, why }) = self.try_together(batch).await else { return };
        if batch.len() == 1 {
            return batch.fail(&|| why.to_error());
        }
        match why {
            Failure::Begin(_) | Failure::Commit(_) => batch.fail(&|| why.to_error()),
            Failure::Statement(_) => {
                for single in batch.singly() {
                    if let Some(Rejected { batch, why }) = self.try_together(single).await {
                        batch.fail(&|| why.to_error());
                    }
                }
            }
        }
    }

    /// Runs a batch in one transaction and answers it, or gives it back unanswered.
    async fn try_together(&self, batch: Batch) -> Option<Rejected> {
        let transaction = match self.store.transaction().await {
            Ok(transaction) => transaction,
            Err(error) => return Some(Rejected { batch, why: Failure::Begin(error) }),
        };
        let answers = match batch.run(&transaction).await {
            Ok(answers) => answers,
            Err(error) => {
                if let Err(error) = transaction.rollback().await {
                    tracing::warn!(%error, "a failed batch could not be rolled back");
                }
                return Some(Rejected { batch, why: Failure::Statement(error) });
            }
        };
        match self.store.commit(transaction).await {
            Ok(()) => {
                batch.answer(answers, &self.caches);
                None
            }
            Err(error) => Some(Rejected { batch, why: Failure::Commit(error) }),
        }
    }
}

/// A batch that was not committed.
struct Rejected {
    batch: Batch,
    why: Failure,
}

impl Failure {
    /// The same for each of many askers; errors cannot be cloned.
    fn to_error(&self) -> Error {
        match self {
            Self::Begin(Error::Busy { retry_after_seconds }) => Error::Busy { retry_after_seconds: *retry_after_seconds },
            Self::Begin(error) | Self::Commit(error) => Error::Fault(Fault::new(error.to_string())),
            Self::Statement(error) => Error::Fault(Fault::new(format!("database: {error}"))),
        }
    }
}
