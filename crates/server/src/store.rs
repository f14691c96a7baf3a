//! Opening the store for a command: master key first, then the database, and nothing made by halves.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use crypto::password::pool::PoolSettings;
use crypto::random::SystemRandom;
use crypto::seal::{KeyFileError, MasterKey, load, load_or_create};
use identity::{Clock, DatabaseUrl, Identity, OpenError, OpenSettings, SystemClock};

use crate::configuration::{Database, MasterKeySource, Settings};
use crate::failure::{Exit, Failure};

/// Whether a command may begin a new database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    /// Yes: `serve` and `import`.
    MayBeNew,
    /// No: everything that reads or changes what is there.
    MustExist,
}

/// This process's clock.
pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::new())
}

/// Opens the store that the settings name.
pub(crate) async fn open(settings: &Settings, store: Store, clock: Arc<dyn Clock>) -> Result<Identity, Failure> {
    let exists = match &settings.database {
        Database::Sqlite(path) => fs::metadata(path).is_ok_and(|file| file.len() > 0),
        Database::Postgres(_) => store == Store::MustExist,
    };
    if store == Store::MustExist && !exists {
        return Err(refused(format!("there is no database {} yet", settings.database.shown())));
    }
    if let Database::Sqlite(path) = &settings.database {
        make_private_folder(path.parent())?;
    }
    let (master_key, made) = master_key(settings, exists)?;
    if let (Database::Sqlite(path), false) = (&settings.database, exists) {
        make_private_file(path)?;
    }
    let database = match &settings.database {
        Database::Sqlite(path) => DatabaseUrl::Sqlite(path.clone()),
        Database::Postgres(url) => DatabaseUrl::Postgres(url.expose().to_owned()),
    };
    let mut hashing = PoolSettings::for_machine();
    hashing.queue = settings.hashing_queue;
    if let Some(threads) = settings.hashing_threads {
        hashing.threads = threads;
    }
    let opened = Identity::open(OpenSettings {
        database,
        master_key,
        clock,
        random: Arc::new(SystemRandom),
        hashing,
        readers: settings.database_readers,
    });
    match opened.await {
        Ok(identity) => Ok(identity),
        Err(error) => {
            let mut failure = open_refused(settings, &error);
            if made && let MasterKeySource::File(path) = &settings.master_key {
                // Made for a database that turns out to have a key already, or not to be ours: it seals nothing.
                let _ = fs::remove_file(path);
                if matches!(error, OpenError::WrongMasterKey) {
                    failure = without_its_key(settings, path);
                }
            }
            Err(failure)
        }
    }
}

/// The key, and whether it was made just now.
///
/// F20: a database that exists without its key is refused before anything is made; a new key would only hide the loss.
fn master_key(settings: &Settings, exists: bool) -> Result<(MasterKey, bool), Failure> {
    let path = match &settings.master_key {
        MasterKeySource::Value(value) => {
            let key = MasterKey::from_base64(value.expose().trim());
            return key.map(|key| (key, false)).map_err(|_| {
                Failure::new(Exit::Usage, "master_key: takes 32 bytes in base64 (openssl rand -base64 32)")
            });
        }
        MasterKeySource::File(path) => path,
    };
    let found = if exists {
        load(path).map(|key| (key, false))
    } else {
        make_private_folder(path.parent())?;
        load_or_create(path)
    };
    found.map_err(|error| match error {
        KeyFileError::Io(io) if exists && io.kind() == ErrorKind::NotFound => without_its_key(settings, path),
        error => refused(format!("master key {}: {error}", path.display())),
    })
}

fn without_its_key(settings: &Settings, path: &Path) -> Failure {
    refused(format!(
        "the database {} is there, but its master key {} is not: bring back the key file that belongs to it \
         (nothing was started or changed)",
        settings.database.shown(),
        path.display()
    ))
}

fn open_refused(settings: &Settings, error: &OpenError) -> Failure {
    let exit = match error {
        OpenError::Unreachable(_) | OpenError::Failed(_) => Exit::Failed,
        _ => Exit::Store,
    };
    Failure::new(exit, format!("database {}: {error}", settings.database.shown()))
}

fn refused(line: String) -> Failure {
    Failure::new(Exit::Store, line)
}

/// Makes the database file before SQLite does, which would let others read it; its companions take its mode.
fn make_private_file(path: &Path) -> Result<(), Failure> {
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| Failure::failed(format!("{}: {error}", path.display())))
}

/// Makes a folder that only its owner may look into; one that exists is left as it is.
fn make_private_folder(folder: Option<&Path>) -> Result<(), Failure> {
    let Some(folder) = folder.filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| Failure::failed(format!("{}: {error}", folder.display())))
}
