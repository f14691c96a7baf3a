//! `import`: Keycloak realm files into the store, beside a running server or before the first start.

use std::path::PathBuf;

use identity::Identity;
use identity::realm_file::{self, ClientBirth, ImportError, ImportOutcome, Limits, Strategy};

use super::arguments::{Import, ImportStrategy};
use crate::configuration::Settings;
use crate::console::say;
use crate::failure::{Exit, Failure};
use crate::store::{self, Store};
use crate::{plugins, progress};

/// Imports the files in the order given.
pub(crate) async fn import(settings: Settings, command: Import) -> Result<(), Failure> {
    let strategy = match command.strategy {
        ImportStrategy::Fail => Strategy::Fail,
        ImportStrategy::Skip => Strategy::Skip,
        ImportStrategy::Overwrite => Strategy::Overwrite,
    };
    let plugins = plugins::all()?;
    // The files are read first: with a wrong one, not even an empty database is made.
    let files = read(&command.paths)?;
    let clock = store::clock();
    let identity = store::open(&settings, Store::MayBeNew, clock.clone()).await?;
    let progress = progress::to_standard_error(clock);
    let mut done = Ok(());
    for file in files {
        let name = file.name().to_owned();
        let imported = identity.import_realm(file, strategy, &plugins, &*progress).await;
        done = report(&name, imported).map(|lines| lines.into_iter().for_each(say));
        if done.is_err() {
            break;
        }
    }
    identity.shutdown().await;
    done
}

/// `--import` of `serve`: realms that exist are left alone.
pub(crate) async fn at_start(identity: &Identity, paths: &[PathBuf], births: &dyn ClientBirth) -> Result<(), Failure> {
    let progress = progress::to_standard_error(store::clock());
    for file in read(paths)? {
        let name = file.name().to_owned();
        let imported = identity.import_realm(file, Strategy::Skip, births, &*progress).await;
        for line in report(&name, imported)? {
            tracing::info!(realm = %name, "{line}");
        }
    }
    Ok(())
}

fn read(paths: &[PathBuf]) -> Result<Vec<realm_file::RealmFile>, Failure> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    realm_file::read(paths, &Limits::default()).map_err(|faults| Failure::each(Exit::Input, &faults))
}

/// What to tell of one realm.
fn report(name: &str, imported: Result<ImportOutcome, ImportError>) -> Result<Vec<String>, Failure> {
    match imported {
        Ok(ImportOutcome::Skipped) => Ok(vec![format!("realm {name}: exists and was left alone")]),
        Ok(ImportOutcome::Imported(report)) => Ok(report.to_string().lines().map(str::to_owned).collect()),
        Err(ImportError::Exists(name)) => Err(Failure::input(format!(
            "realm {name}: exists already (--strategy skip leaves it alone, --strategy overwrite replaces it)"
        ))),
        Err(ImportError::Faults(faults)) => Err(Failure::each(Exit::Input, &faults)),
        Err(error @ ImportError::UnderWay(_)) => Err(Failure::input(error)),
        Err(ImportError::Store(error)) => Err(error.into()),
    }
}
