//! The one writer of a process: hot commands, batched, answered after commit.
//!
//! On SQLite there is one write connection, so a batch of up to [`BATCH`] commands shares one transaction and one flush to
//! disk; when a statement of the batch fails, the batch is undone and its commands run one by one, so that a bad command hurts
//! nobody else. On PostgreSQL each command is its own transaction, and several are under way at once.

mod batch;
mod lane;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError, Weak};

use sea_orm::{DbBackend, DbErr};
use tokio::{
    sync::{Notify, mpsc, oneshot},
    task::JoinSet,
};

use crate::{Error, Fault, NotReady, store::Inner, task::Task};
use batch::{Batch, Command};
pub(crate) use lane::{Ask, HotCommand};

/// Commands that may share a transaction on SQLite.
const BATCH: usize = 256;
/// Commands that may wait; beyond, the asker is told to come back.
const QUEUE: usize = 4096;
/// Transactions of hot commands under way at once on PostgreSQL; the other write connections are for units of work.
const IN_FLIGHT: usize = 4;

/// The way to the writer task. The task does not keep the store alive; it ends with it, or when [`Writer::stop`] is called and
/// it has run what waits.
pub(crate) struct Writer {
    queue: mpsc::Sender<Command>,
    stop: Arc<Notify>,
    /// The task's end of the queue, until it is started.
    idle: Mutex<Option<mpsc::Receiver<Command>>>,
    task: Task,
}

impl Default for Writer {
    fn default() -> Self {
        let (queue, commands) = mpsc::channel(QUEUE);
        Self { queue, stop: Arc::default(), idle: Mutex::new(Some(commands)), task: Task::default() }
    }
}

impl Writer {
    /// Starts the task; called once, after the store is open. It holds a weak reference.
    pub(crate) fn start(&self, inner: &Arc<Inner>) {
        let Some(commands) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let limit = if inner.store.backend() == DbBackend::Sqlite { BATCH } else { 1 };
        let worker = Worker { inner: Arc::downgrade(inner), limit };
        self.task.start(worker.run(commands, Arc::clone(&self.stop)));
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

    /// As [`Writer::ask`], for background work: waits for room in the queue instead of giving up.
    pub(crate) async fn ask_patiently<C: HotCommand>(&self, command: C) -> Result<C::Answer, Error>
    where
        Command: From<Ask<C>>,
    {
        let (answer, answered) = oneshot::channel();
        self.queue.send(Command::from(Ask { command, answer })).await.map_err(|_| stopped())?;
        answered.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Has a command run, and does not wait for it: for what the next one makes up for. With a full queue nothing is done.
    pub(crate) fn tell<C: HotCommand>(&self, command: C)
    where
        Command: From<Ask<C>>,
    {
        let (answer, _) = oneshot::channel();
        // Whoever waits for an answer goes first: half the queue is theirs.
        if self.queue.capacity() > QUEUE / 2 {
            let _ = self.queue.try_send(Command::from(Ask { command, answer }));
        }
    }

    /// Commands that wait for their turn.
    pub(crate) fn queued(&self) -> u64 {
        (self.queue.max_capacity() - self.queue.capacity()) as u64
    }

    /// Whether the task takes commands.
    pub(crate) fn ready(&self) -> Result<(), NotReady> {
        if self.queue.is_closed() { Err(NotReady::Writer) } else { Ok(()) }
    }

    /// Takes no more commands, and waits until those that were taken are answered.
    pub(crate) async fn stop(&self) {
        self.stop.notify_one();
        self.task.ended().await;
    }
}

fn stopped() -> Error {
    Error::Fault(Fault::new("the writer has stopped"))
}

/// The task's side.
#[derive(Clone)]
struct Worker {
    inner: Weak<Inner>,
    /// Commands of one transaction.
    limit: usize,
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
        let mut taken = Vec::with_capacity(self.limit);
        let mut under_way = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                // What was taken into the queue is still run: the next rounds find it, and then nothing.
                () = stop.notified() => commands.close(),
                received = commands.recv_many(&mut taken, self.limit) => {
                    if received == 0 {
                        break;
                    }
                    let batch: Batch = taken.drain(..).collect();
                    if self.limit > 1 {
                        self.work(batch).await;
                        continue;
                    }
                    while under_way.len() >= IN_FLIGHT {
                        under_way.join_next().await;
                    }
                    let worker = self.clone();
                    under_way.spawn(async move { worker.work(batch).await });
                    while under_way.try_join_next().is_some() {}
                }
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    /// Runs a batch; when a statement of it fails, its commands one by one.
    async fn work(&self, batch: Batch) {
        let Some(inner) = self.inner.upgrade() else { return batch.fail(&stopped) };
        let Some(Rejected { batch, why }) = try_together(&inner, batch).await else { return };
        match why {
            Failure::Statement(_) if batch.len() > 1 => {
                for single in batch.singly() {
                    if let Some(Rejected { batch, why }) = try_together(&inner, single).await {
                        batch.fail(&|| why.to_error());
                    }
                }
            }
            why => batch.fail(&|| why.to_error()),
        }
    }
}

/// Runs a batch in one transaction and answers it, or gives it back unanswered.
async fn try_together(inner: &Inner, batch: Batch) -> Option<Rejected> {
    let transaction = match inner.store.transaction().await {
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
    match inner.store.commit(transaction).await {
        Ok(()) => {
            batch.answer(answers, inner);
            None
        }
        Err(error) => Some(Rejected { batch, why: Failure::Commit(error) }),
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
            Self::Begin(Error::Busy { retry_after_seconds }) => {
                Error::Busy { retry_after_seconds: *retry_after_seconds }
            }
            Self::Begin(error) | Self::Commit(error) => Error::Fault(Fault::new(error.to_string())),
            Self::Statement(error) => Error::Fault(Fault::new(format!("database: {error}"))),
        }
    }
}
