//! Opening the store.

mod connect;
mod inspect;
mod prepare;

use std::{fmt, path::PathBuf, sync::Arc};

use crypto::{
    password::pool::{HashingPool, PoolSettings},
    random::Random,
    seal::MasterKey,
};

use self::connect::{Use, connect, make_folder};
use crate::{
    Clock, Identity,
    authenticate::Door,
    event::Events,
    login_failure::Failures,
    poller::Poll,
    realm::map::Realms,
    realm_file,
    session::Sessions,
    store::{Inner, StatementCount, Store},
    sweep::Sweeper,
    ticket::{Marks, map::Tickets},
    user::map::Users,
    writer::Writer,
};

/// Which database.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A SQLite file; it and its folder are made when missing.
    Sqlite(PathBuf),
    /// A `postgres://` or `postgresql://` URL. It may hold a password and is never shown.
    Postgres(String),
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres(..)"),
        }
    }
}

/// What [`Identity::open`] needs.
pub struct OpenSettings {
    /// The database.
    pub database: DatabaseUrl,
    /// Opens what is sealed in it.
    pub master_key: MasterKey,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where chance comes from.
    pub random: Arc<dyn Random>,
    /// The pool that hashes passwords.
    pub hashing: PoolSettings,
    /// Connections for reading; at least 1. Those for writing come on top: one (SQLite) or a few (PostgreSQL).
    pub readers: u32,
}

/// Why a store was not opened. It was left as it was.
#[derive(Debug)]
pub enum OpenError {
    /// The database is Keycloak's own.
    KeycloakDatabase,
    /// The database has tables of ours, but nothing says that Portreeve made them.
    ForeignDatabase,
    /// A newer Portreeve has migrated it (the step unknown here is named).
    NewerSchema(String),
    /// Its secrets are sealed under another master key.
    WrongMasterKey,
    /// It could not be reached or opened; the reason names no password.
    Unreachable(String),
    /// It could be opened, but not prepared.
    Failed(String),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeycloakDatabase => f.write_str(
                "this database is Keycloak's own; nothing in it was touched. Give Portreeve a database of its own and bring the \
                 realms over with `kc.sh export` and `portreeve import`",
            ),
            Self::ForeignDatabase => f.write_str(
                "this database holds tables that Portreeve would need but did not make; nothing in it was touched. Give \
                 Portreeve a database of its own",
            ),
            Self::NewerSchema(step) => write!(
                f,
                "this database was migrated by a newer Portreeve (step `{step}` is unknown here); nothing in it was touched. Start \
                 that version or restore a backup"
            ),
            Self::WrongMasterKey => f.write_str(
                "the master key does not fit this database: its secrets were sealed under another one; nothing in it was touched. \
                 Bring back the key file that belongs to it",
            ),
            Self::Unreachable(reason) => write!(f, "the database cannot be reached: {reason}"),
            Self::Failed(reason) => write!(f, "the database cannot be prepared: {reason}"),
        }
    }
}

impl std::error::Error for OpenError {}

/// Why the store cannot serve just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotReady {
    /// The database does not answer.
    Database,
    /// The writer task has ended.
    Writer,
    /// Other nodes' changes have not been seen for more than a second.
    Poller,
    /// Events were lost lately.
    Events,
}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Database => "the database does not answer",
            Self::Writer => "the writer has ended",
            Self::Poller => "changes of other nodes have not been seen for more than a second",
            Self::Events => "events were lost",
        })
    }
}

/// Counters since the store was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Every SQL statement sent, transaction bounds included.
    pub statements: u64,
    /// Events that were dropped because their queue was full or their flush failed.
    pub lost_events: u64,
    /// Commands that wait for the writer.
    pub queued_commands: u64,
    /// Events that wait for the writer.
    pub queued_events: u64,
    /// Realm snapshots in memory.
    pub realms_in_memory: u64,
    /// Users in memory.
    pub users_in_memory: u64,
    /// Tickets in memory.
    pub tickets_in_memory: u64,
    /// Sessions in memory.
    pub sessions_in_memory: u64,
}

impl Identity {
    /// Opens the store: refuses a database that is not ours, is newer, or belongs to another master key, and leaves it
    /// alone; then migrates, and starts the writer, the poller and the sweeper.
    pub async fn open(settings: OpenSettings) -> Result<Self, OpenError> {
        let statements = StatementCount::default();
        let database = &settings.database;
        let (reader, writer) = match database {
            DatabaseUrl::Sqlite(path) => {
                if path.exists() {
                    let look = connect(database, Use::Look, 1, &statements).await?;
                    let found = inspect::inspect(&look, &settings.master_key).await;
                    look.close().await.map_err(inspect::failed)?;
                    found?;
                } else {
                    make_folder(path)?;
                }
                let writer = connect(database, Use::Write, 1, &statements).await?;
                prepare::migrate(&writer, &settings).await?;
                (connect(database, Use::Read, settings.readers, &statements).await?, writer)
            }
            DatabaseUrl::Postgres(_) => {
                // Apart, so that what writes never stands in line behind a crowd of requests that look something up.
                let writer = connect(database, Use::Write, 1, &statements).await?;
                inspect::inspect(&writer, &settings.master_key).await?;
                prepare::migrate(&writer, &settings).await?;
                (connect(database, Use::Read, settings.readers, &statements).await?, writer)
            }
        };
        let import_lock = match database {
            DatabaseUrl::Sqlite(path) => Some(realm_file::lock_file(path)),
            DatabaseUrl::Postgres(_) => None,
        };
        let store = Store { reader, writer, import_lock, statements };
        prepare::sweep(&store, settings.clock.now()).await.map_err(inspect::failed)?;
        let hashing = HashingPool::new(settings.hashing)
            .map_err(|error| OpenError::Failed(format!("threads for hashing: {error}")))?;
        let door = Door::new(&settings.master_key, &*settings.random);
        let inner = Arc::new(Inner {
            store,
            master_key: settings.master_key,
            clock: settings.clock,
            random: settings.random,
            hashing,
            realms: Realms::default(),
            users: Users::default(),
            tickets: Tickets::default(),
            marks: Marks::default(),
            sessions: Sessions::default(),
            making_keys: tokio::sync::Mutex::new(()),
            poll: Poll::default(),
            writer: Writer::default(),
            events: Events::default(),
            failures: Failures::default(),
            sweeper: Sweeper::default(),
            door,
        });
        inner.start_tasks().await;
        Ok(Self(inner))
    }

    /// Counters since the store was opened.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let inner = &self.0;
        Statistics {
            statements: inner.store.statements.total(),
            lost_events: inner.events.lost(),
            queued_commands: inner.writer.queued(),
            queued_events: inner.events.queued(),
            realms_in_memory: inner.realms.len(),
            users_in_memory: inner.users.len(),
            tickets_in_memory: inner.tickets.len(),
            sessions_in_memory: inner.sessions.len(),
        }
    }

    /// Whether the store can serve: the database answers, the writer lives, other nodes' changes are seen, and no event was
    /// lost lately.
    pub async fn ready(&self) -> Result<(), NotReady> {
        self.store().reader().ping().await.map_err(|_| NotReady::Database)?;
        self.0.writer.ready()?;
        self.0.poll.ready(&self.0)?;
        self.0.events.ready(self.clock().monotonic_micros())
    }

    /// Flushes what waits and closes the connections. Afterwards every operation fails.
    pub async fn shutdown(&self) {
        self.0.stop_tasks().await;
        for pool in [&self.store().reader, &self.store().writer] {
            if let Err(error) = pool.close_by_ref().await {
                tracing::warn!(%error, "closing the database");
            }
        }
    }
}
