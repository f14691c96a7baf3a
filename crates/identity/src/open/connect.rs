//! Connections to either database, with every statement counted.

use std::{fs, path::Path, time::Duration};

use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};

use super::{DatabaseUrl, OpenError};
use crate::store::StatementCount;

/// How long a caller waits for a free connection before the answer is "busy".
const ACQUIRE: Duration = Duration::from_secs(10);
/// How long SQLite waits for another process's lock.
const LOCK: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(10);
/// Connections to PostgreSQL that write: the writer's transactions, an import's lock, and units of work beside them.
const WRITERS: u32 = 8;
/// A connection that nobody used for so long is closed; its page cache goes with it.
const IDLE: Duration = Duration::from_mins(5);

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Looking at a database that may not be ours: nothing is written, not even the journal mode.
    Look,
    /// Writing. SQLite has exactly one such connection.
    Write,
    /// Reading; on SQLite writing is refused.
    Read,
}

pub(super) async fn connect(
    database: &DatabaseUrl,
    purpose: Use,
    connections: u32,
    statements: &StatementCount,
) -> Result<DatabaseConnection, OpenError> {
    let options = match database {
        DatabaseUrl::Sqlite(path) => sqlite(path, purpose, connections),
        DatabaseUrl::Postgres(url) => postgres(url, purpose, connections),
    };
    let mut connection = Database::connect(options).await.map_err(|error| unreachable_database(database, &error))?;
    let statements = statements.clone();
    connection.set_metric_callback(move |sent| statements.sent(sent.statement));
    Ok(connection)
}

fn common(options: &mut ConnectOptions) {
    options
        .sqlx_logging(false)
        .acquire_timeout(ACQUIRE)
        .connect_timeout(CONNECT)
        // A ping before each use would double the statements.
        .test_before_acquire(false);
}

fn sqlite(path: &Path, purpose: Use, connections: u32) -> ConnectOptions {
    // The file's name is set below: in a URL some characters of a path would mean something else.
    let mut options = ConnectOptions::new("sqlite:database");
    common(&mut options);
    let path = path.to_owned();
    options.map_sqlx_sqlite_opts(move |sqlite| {
        let sqlite = sqlite.filename(&path).busy_timeout(LOCK).foreign_keys(true);
        match purpose {
            Use::Look => sqlite.read_only(true),
            Use::Read => sqlite.read_only(true).pragma("temp_store", "memory"),
            Use::Write => sqlite
                .create_if_missing(true)
                .pragma("journal_mode", "wal")
                // A commit that was answered survives the loss of power.
                .pragma("synchronous", "full")
                .pragma("temp_store", "memory"),
        }
    });
    match purpose {
        // One, and for good: it is the writer's turnstile.
        Use::Look | Use::Write => options.max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None),
        Use::Read => {
            options.max_connections(connections.max(1)).min_connections(1).idle_timeout(IDLE).max_lifetime(None)
        }
    };
    options
}

fn postgres(url: &str, purpose: Use, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    common(&mut options);
    let connections = if purpose == Use::Write { WRITERS } else { connections.max(1) };
    options.max_connections(connections).min_connections(1).idle_timeout(IDLE);
    options
}

/// Makes the folder that a SQLite file is to stand in.
pub(super) fn make_folder(path: &Path) -> Result<(), OpenError> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => fs::create_dir_all(folder)
            .map_err(|error| OpenError::Unreachable(format!("folder {}: {error}", folder.display()))),
        _ => Ok(()),
    }
}

fn unreachable_database(database: &DatabaseUrl, error: &DbErr) -> OpenError {
    match database {
        DatabaseUrl::Sqlite(path) => OpenError::Unreachable(format!("{}: {error}", path.display())),
        DatabaseUrl::Postgres(url) => {
            let text = error.to_string();
            // Whatever a driver says, the URL may hold a password.
            let told = if text.contains(url.as_str()) { "the URL cannot be used".to_owned() } else { text };
            OpenError::Unreachable(told)
        }
    }
}
