//! Imports under way, as every process on the database sees them.
//!
//! An import writes under an invisible realm and holds a shared lock for as long as it runs. Who gets the lock alone knows
//! that no import runs anywhere, so that whatever is invisible was left behind by one that died. The lock goes with its
//! holder, however that ends: it is a lock on a file beside a SQLite database, and on PostgreSQL an advisory lock of a
//! session of its own. No clock decides.

use std::{
    ffi::OsString,
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, PaginatorTrait, QueryFilter, Statement,
    TransactionTrait,
    sqlx::{self, PgConnection},
};

use crate::{DatabaseUrl, realm, store::Store};

/// Any numbers will do, as long as all nodes ask for the same.
const ENTER: &str = "SELECT pg_advisory_lock_shared(8087224635012398)";
const ALONE: &str = "SELECT pg_try_advisory_xact_lock(8087224635012398) AS alone";

/// Where imports are seen.
pub(crate) enum Importers {
    /// By a lock on this file.
    File(PathBuf),
    /// By an advisory lock.
    Session,
}

/// An import under way; it has ended when this is dropped.
#[must_use]
pub(crate) struct Running {
    _lock: Lock,
}

#[allow(dead_code, reason = "held for what dropping it does")]
enum Lock {
    File(File),
    Session(PgConnection),
}

impl Importers {
    pub(crate) fn of(database: &DatabaseUrl) -> Self {
        match database {
            DatabaseUrl::Sqlite(path) => {
                let mut name = OsString::from(path);
                name.push(".import");
                Self::File(name.into())
            }
            DatabaseUrl::Postgres(_) => Self::Session,
        }
    }

    /// An import begins. Waits while somebody sweeps.
    pub(crate) async fn enter(&self, store: &Store) -> Result<Running, DbErr> {
        let lock = match self {
            Self::File(path) => {
                let path = path.clone();
                let locked = tokio::task::spawn_blocking(move || {
                    let file = open(&path)?;
                    file.lock_shared()?;
                    Ok::<_, io::Error>(file)
                });
                Lock::File(locked.await.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?)
            }
            Self::Session => {
                // Out of the pool for good, so that an import takes no connection from those who serve.
                let pool = store.writer.get_postgres_connection_pool();
                let mut session = pool.acquire().await.map_err(|error| failed(&error))?.detach();
                sqlx::query(ENTER).execute(&mut session).await.map_err(|error| failed(&error))?;
                Lock::Session(session)
            }
        };
        Ok(Running { _lock: lock })
    }

    /// Takes away what imports that died have left behind; nothing while an import runs, here or elsewhere.
    pub(crate) async fn sweep(&self, store: &Store) -> Result<(), DbErr> {
        let leftovers = realm::entity::Entity::find().filter(realm::entity::Column::Visible.eq(false));
        if leftovers.count(store.reader()).await? == 0 {
            return Ok(());
        }
        let leftovers = realm::entity::Entity::delete_many().filter(realm::entity::Column::Visible.eq(false));
        match self {
            Self::File(path) => {
                let file = open(path).map_err(|error| failed(&error))?;
                match file.try_lock() {
                    Ok(()) => {
                        leftovers.exec(&store.writer).await?;
                    }
                    Err(TryLockError::WouldBlock) => {}
                    Err(TryLockError::Error(error)) => return Err(failed(&error)),
                }
            }
            Self::Session => {
                let turn = store.writer.begin().await?;
                let asked = Statement::from_string(DbBackend::Postgres, ALONE);
                let row = turn.query_one_raw(asked).await?;
                if row.map(|row| row.try_get("", "alone")).transpose()?.unwrap_or(false) {
                    leftovers.exec(&turn).await?;
                }
                turn.commit().await?;
            }
        }
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn failed(error: &dyn std::error::Error) -> DbErr {
    DbErr::Custom(format!("the lock of imports: {error}"))
}
