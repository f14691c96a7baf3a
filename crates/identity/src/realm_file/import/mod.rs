//! Brings a realm in: all of it or nothing.
//!
//! A new realm is written in batches under an invisible row, so that no transaction is held for long, and shown by one
//! statement; what a crash leaves behind stays invisible and is swept once no import is alive. A realm that replaces another
//! keeps its ids, which are primary keys, so old and new cannot stand side by side: that import is one transaction.

mod alive;
mod document;
mod key_rows;
mod passwords;
mod realm_rows;
mod source;
mod user_rows;
mod write;

use std::fmt;

use crypto::random::Random;

pub(super) use self::alive::Alive;
use self::write::Existing;
use super::check::check_with_plugins;
use super::fault::{Faults, FileFault};
use super::report::Report;
use super::{ClientBirth, Progress, RealmFile};
use crate::{Error, Identity, Timestamp, sealing};

pub(crate) use self::alive::{lock_file, sweep_dead_imports};

/// Faults of plugins that are told one by one.
const FAULTS: usize = 1_000;

/// What to do where the realm exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// Refuse.
    Fail,
    /// Leave it alone.
    Skip,
    /// Replace it as a whole.
    Overwrite,
}

/// What an import did.
#[derive(Debug)]
pub enum ImportOutcome {
    /// The realm came in.
    Imported(Report),
    /// The realm existed and was left alone.
    Skipped,
}

/// Why an import changed nothing.
#[derive(Debug)]
pub enum ImportError {
    /// The files are wrong.
    Faults(Vec<FileFault>),
    /// The realm exists.
    Exists(String),
    /// Another import of this realm is under way, or one that was cut off cannot be swept while others are under way.
    UnderWay(String),
    /// The store failed.
    Store(Error),
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImportError::Faults(faults) => {
                for (index, fault) in faults.iter().enumerate() {
                    if index > 0 {
                        f.write_str("\n")?;
                    }
                    write!(f, "{fault}")?;
                }
                Ok(())
            }
            ImportError::Exists(name) => write!(f, "realm {name} exists"),
            ImportError::UnderWay(name) => write!(
                f,
                "an import of realm {name} is under way, or was cut off and is swept once no other import is under way"
            ),
            ImportError::Store(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for ImportError {}

impl From<Error> for ImportError {
    fn from(error: Error) -> ImportError {
        ImportError::Store(error)
    }
}

impl From<sea_orm::DbErr> for ImportError {
    fn from(error: sea_orm::DbErr) -> ImportError {
        ImportError::Store(error.into())
    }
}

/// What making rows needs of the store: chance, time and the master key.
#[derive(Clone)]
struct Stock {
    identity: Identity,
    now: Timestamp,
}

impl Stock {
    fn random(&self) -> &dyn Random {
        self.identity.random()
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn seal(&self, table: &str, id: &str, plain: &[u8]) -> Vec<u8> {
        sealing::seal(&self.identity.0, table, id, plain)
    }
}

impl Identity {
    /// Brings a realm in. Nothing of it is seen before all of it is there.
    ///
    /// # Errors
    /// [`ImportError`]; the store is as it was.
    pub async fn import_realm(
        &self,
        file: RealmFile,
        strategy: Strategy,
        births: &dyn ClientBirth,
        progress: &dyn Progress,
    ) -> Result<ImportOutcome, ImportError> {
        let mut alive = Alive::begin(self.store()).await?;
        let mut existing = write::existing(self, &file.name).await?;
        if existing.as_ref().is_some_and(|found| !found.visible) {
            // Mostly what an import that died has left. While this one counts as alive nothing is swept.
            alive.end().await;
            sweep_dead_imports(&self.0).await?;
            alive = Alive::begin(self.store()).await?;
            existing = write::existing(self, &file.name).await?;
        }
        let done = self.import_alive(file, existing, strategy, births, progress).await;
        alive.end().await;
        done
    }

    async fn import_alive(
        &self,
        mut file: RealmFile,
        existing: Option<Existing>,
        strategy: Strategy,
        births: &dyn ClientBirth,
        progress: &dyn Progress,
    ) -> Result<ImportOutcome, ImportError> {
        let replaced = match (existing, strategy) {
            (Some(found), _) if !found.visible => return Err(ImportError::UnderWay(file.name)),
            (Some(_), Strategy::Fail) => return Err(ImportError::Exists(file.name)),
            (Some(_), Strategy::Skip) => return Ok(ImportOutcome::Skipped),
            (Some(found), Strategy::Overwrite) => Some(found),
            (None, _) => None,
        };
        let mut faults = Faults::new(FAULTS);
        check_with_plugins(&file, births, &mut faults);
        if !faults.is_empty() {
            return Err(ImportError::Faults(faults.into_list()));
        }
        let mut report = Report::of(&file, births);
        let hashes = passwords::hash_all(self, &mut file, progress).await?;
        let stock = Stock { identity: self.clone(), now: self.clock().now() };
        let rows = realm_rows::build(&mut file, &stock, births, replaced.is_some(), &mut report)?;
        write::cache(self, true).await?;
        let written = match replaced {
            Some(old) => write::replace(self, file, rows, hashes, stock, &old, progress).await,
            None => write::add(self, file, rows, hashes, stock, progress).await,
        };
        write::cache(self, false).await?;
        written?;
        Ok(ImportOutcome::Imported(report))
    }
}
