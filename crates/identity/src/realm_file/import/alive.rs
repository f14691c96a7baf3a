//! Which imports are alive.
//!
//! Each holds the shared side of one lock, which ends with its process however that ends. What dead ones left behind is deleted by
//! whoever gets the exclusive side, so that neither another node nor a command beside the server takes a running import's rows away.
//!
//! SQLite: a lock on an empty file beside the database. PostgreSQL: an advisory lock of a transaction that does nothing else; a lock of
//! a session would not pass through a pooler that hands connections out by transaction.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityName, EntityTrait, PaginatorTrait, QueryFilter, Statement,
    TransactionTrait, sea_query::Query,
};

use crate::{
    Error, realm,
    store::{Inner, Store},
    sweep::in_batches,
    user,
};

/// Any number will do, as long as all nodes ask for the same.
const LOCK: i64 = 4_419_872_106_554_371;

/// The sign of life of an import: held while it runs.
pub(in crate::realm_file) struct Alive(Held);

/// A side of the lock, until it is dropped.
enum Held {
    File { _locked: File },
    Database(DatabaseTransaction),
}

impl Alive {
    /// Takes the shared side; waits while dead imports are being swept.
    pub(in crate::realm_file) async fn begin(store: &Store) -> Result<Alive, Error> {
        if let Some(path) = store.import_lock.clone() {
            let locked = blocking(move || {
                let file = open(&path)?;
                file.lock_shared()?;
                Ok(file)
            });
            return Ok(Alive(Held::File { _locked: locked.await? }));
        }
        let transaction = idle_transaction(store).await?;
        transaction.execute_unprepared(&format!("SELECT pg_advisory_xact_lock_shared({LOCK})")).await?;
        Ok(Alive(Held::Database(transaction)))
    }

    /// Gives it back at once, instead of whenever the connection is next used.
    pub(in crate::realm_file) async fn end(self) {
        self.0.release().await;
    }
}

impl Held {
    /// The exclusive side, unless anybody holds the lock.
    async fn alone(store: &Store) -> Result<Option<Held>, Error> {
        if let Some(path) = store.import_lock.clone() {
            let locked = blocking(move || {
                let file = open(&path)?;
                match file.try_lock() {
                    Ok(()) => Ok(Some(file)),
                    Err(TryLockError::WouldBlock) => Ok(None),
                    Err(TryLockError::Error(error)) => Err(error),
                }
            });
            return Ok(locked.await?.map(|file| Held::File { _locked: file }));
        }
        let transaction = idle_transaction(store).await?;
        let ask = format!("SELECT pg_try_advisory_xact_lock({LOCK})");
        let row = transaction.query_one_raw(Statement::from_string(store.backend(), ask)).await?;
        let locked = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(false);
        let held = Held::Database(transaction);
        if locked {
            return Ok(Some(held));
        }
        held.release().await;
        Ok(None)
    }

    async fn release(self) {
        match self {
            Held::File { .. } => {}
            Held::Database(transaction) => {
                if let Err(error) = transaction.rollback().await {
                    // The connection is gone, and the lock with it.
                    tracing::debug!(%error, "the lock of imports could not be given back");
                }
            }
        }
    }
}

/// Deletes the realms that dead imports have left behind, and tells how many; none while an import is alive. Users go in small batches,
/// so that nobody waits long behind it.
pub(crate) async fn sweep_dead_imports(inner: &Inner) -> Result<u64, Error> {
    let store = &inner.store;
    let dead = realm::entity::Entity::find().filter(realm::entity::Column::Visible.eq(false));
    if dead.count(store.reader()).await? == 0 {
        return Ok(0);
    }
    let Some(turn) = Held::alone(store).await? else { return Ok(0) };
    let swept = delete_invisible(store).await;
    turn.release().await;
    swept
}

async fn delete_invisible(store: &Store) -> Result<u64, Error> {
    in_batches(store, |limit| {
        let realms = Query::select()
            .column(realm::entity::Column::Id)
            .from(realm::entity::Entity.table_ref())
            .and_where(realm::entity::Column::Visible.eq(false))
            .to_owned();
        let users = Query::select()
            .column(user::entity::Column::Id)
            .from(user::entity::Entity.table_ref())
            .and_where(user::entity::Column::RealmId.in_subquery(realms))
            .limit(limit)
            .to_owned();
        Query::delete()
            .from_table(user::entity::Entity.table_ref())
            .and_where(user::entity::Column::Id.in_subquery(users))
            .to_owned()
    })
    .await?;
    let realms = realm::entity::Entity::delete_many().filter(realm::entity::Column::Visible.eq(false));
    Ok(realms.exec(&store.writer).await?.rows_affected)
}

/// A transaction that is meant to do nothing for as long as an import takes.
async fn idle_transaction(store: &Store) -> Result<DatabaseTransaction, Error> {
    let transaction = store.writer.begin().await?;
    transaction.execute_unprepared("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
    Ok(transaction)
}

/// The file whose lock stands for the imports into a SQLite database.
pub(crate) fn lock_file(database: &Path) -> PathBuf {
    let mut name = database.file_name().unwrap_or_default().to_owned();
    name.push("-import");
    database.with_file_name(name)
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Runs what may wait for another process.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(std::io::Error::other)
        .flatten()
        .map_err(|error| Error::fault(format!("the lock file of imports: {error}")))
}
