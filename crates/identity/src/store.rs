//! The open store: its connections, its count of statements, and what this process keeps in memory.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use crypto::{password::pool::HashingPool, random::Random, seal::MasterKey};
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::{
    Clock, Error, Tx,
    authenticate::Door,
    event::Events,
    login_failure::Failures,
    poller::Poll,
    realm::map::Realms,
    session::Sessions,
    sweep::Sweeper,
    ticket::{Marks, map::Tickets},
    user::map::Users,
    writer::Writer,
};

/// The identity store, open. Clones share everything.
#[derive(Clone)]
pub struct Identity(pub(crate) Arc<Inner>);

/// What every clone of [`Identity`] shares.
pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) master_key: MasterKey,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) hashing: HashingPool,
    pub(crate) realms: Realms,
    pub(crate) users: Users,
    pub(crate) tickets: Tickets,
    pub(crate) marks: Marks,
    pub(crate) sessions: Sessions,
    /// Keys are made one realm at a time.
    pub(crate) making_keys: tokio::sync::Mutex<()>,
    pub(crate) poll: Poll,
    pub(crate) writer: Writer,
    pub(crate) events: Events,
    pub(crate) failures: Failures,
    pub(crate) sweeper: Sweeper,
    pub(crate) door: Door,
}

impl Identity {
    /// The clock that everything here goes by.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// The source of chance that everything here draws from.
    #[must_use]
    pub fn random(&self) -> &dyn Random {
        &*self.0.random
    }

    /// The pool that hashes passwords.
    #[must_use]
    pub fn hashing(&self) -> &HashingPool {
        &self.0.hashing
    }

    /// Whether this process is the only one on its database (SQLite), so that its memory may answer for the rows.
    #[must_use]
    pub fn is_single_node(&self) -> bool {
        self.0.store.is_single_node()
    }

    /// Begins a unit of work, alone in its transaction; dropped without [`Tx::commit`], it changes nothing. No hashing, key
    /// generation or network call belongs inside.
    pub async fn begin(&self) -> Result<Tx, Error> {
        Tx::begin(self.clone()).await
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }
}

/// Counts every statement that is sent.
#[derive(Clone, Default)]
pub(crate) struct StatementCount(Arc<Sent>);

#[derive(Default)]
struct Sent {
    total: AtomicU64,
    /// What was sent, while a test listens.
    #[cfg(test)]
    heard: std::sync::Mutex<Option<Vec<sea_orm::Statement>>>,
}

impl StatementCount {
    /// Statements that are sent past the listener below, such as the bounds of a transaction.
    pub(crate) fn add(&self, statements: u64) {
        self.0.total.fetch_add(statements, Ordering::Relaxed);
    }

    /// A statement was sent.
    pub(crate) fn sent(&self, statement: &sea_orm::Statement) {
        self.add(1);
        #[cfg(test)]
        if let Some(heard) = self.0.heard.lock().unwrap().as_mut() {
            heard.push(statement.clone());
        }
        #[cfg(not(test))]
        let _ = statement;
    }

    pub(crate) fn total(&self) -> u64 {
        self.0.total.load(Ordering::Relaxed)
    }

    /// Listens from now on.
    #[cfg(test)]
    pub(crate) fn listen(&self) {
        *self.0.heard.lock().unwrap() = Some(Vec::new());
    }

    /// What was sent since.
    #[cfg(test)]
    pub(crate) fn heard(&self) -> Vec<sea_orm::Statement> {
        self.0.heard.lock().unwrap().take().unwrap_or_default()
    }
}

/// Connections: readers that cannot write, and the way to a write transaction.
pub(crate) struct Store {
    pub(crate) reader: DatabaseConnection,
    pub(crate) writer: DatabaseConnection,
    /// The file by whose lock imports into a SQLite database are known to be alive.
    pub(crate) import_lock: Option<PathBuf>,
    pub(crate) statements: StatementCount,
}

impl Store {
    /// For reads outside a transaction; on SQLite these connections refuse to write.
    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    pub(crate) fn is_single_node(&self) -> bool {
        self.backend() == DbBackend::Sqlite
    }

    /// A write transaction. SQLite: on the single write connection, with the write lock taken at once, so that it cannot
    /// fail half-way for a lock. Waits for its turn; after the pool's time limit the answer is [`Error::Busy`].
    pub(crate) async fn transaction(&self) -> Result<DatabaseTransaction, Error> {
        let options = TransactionOptions {
            sqlite_transaction_mode: (self.backend() == DbBackend::Sqlite).then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.writer.begin_with_options(options).await?;
        self.statements.add(1);
        Ok(transaction)
    }

    /// Commits; the counterpart of [`Store::transaction`], so that the statement is counted.
    pub(crate) async fn commit(&self, transaction: DatabaseTransaction) -> Result<(), Error> {
        self.statements.add(1);
        transaction.commit().await?;
        Ok(())
    }
}
