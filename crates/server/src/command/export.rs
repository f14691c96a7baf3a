//! `export`: a realm as a file that Portreeve and Keycloak import.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use identity::Identity;

use super::arguments::Export;
use super::keys::find_realm;
use crate::configuration::Settings;
use crate::console::complain;
use crate::failure::Failure;
use crate::progress;
use crate::store::{self, Store};

/// Writes the realm.
pub(crate) async fn export(settings: Settings, command: Export) -> Result<(), Failure> {
    let clock = store::clock();
    let identity = store::open(&settings, Store::MustExist, clock.clone()).await?;
    let progress = progress::to_standard_error(clock);
    let done = if let Err(unknown) = find_realm(&identity, &command.realm).await {
        Err(unknown)
    } else if command.file == Path::new("-") {
        let mut out = BufWriter::new(std::io::stdout());
        let written = identity.export_realm(&command.realm, command.users, &mut out, &*progress).await;
        written.map_err(Failure::from).and_then(|report| out.flush().map(|()| report).map_err(Failure::failed))
    } else {
        to_file(&identity, &command, &*progress).await
    };
    identity.shutdown().await;
    let report = done?;
    complain(format!("realm {}: {} users, {} bytes", command.realm, report.users, report.bytes));
    Ok(())
}

/// Writes beside the file and renames, so that the name never stands for half a realm. An export holds keys and hashes:
/// nobody but its owner may read it.
async fn to_file(
    identity: &Identity,
    command: &Export,
    progress: &dyn identity::realm_file::Progress,
) -> Result<identity::realm_file::ExportReport, Failure> {
    let told = |error: std::io::Error| Failure::failed(format!("{}: {error}", command.file.display()));
    let draft = Draft::beside(&command.file).map_err(told)?;
    let mut out = BufWriter::new(draft.file.try_clone().map_err(told)?);
    let report = identity.export_realm(&command.realm, command.users, &mut out, progress).await?;
    out.flush().map_err(told)?;
    draft.rename_to(&command.file).map_err(told)?;
    Ok(report)
}

/// A file under a passing name; removed unless it got its own.
struct Draft {
    path: PathBuf,
    file: File,
    kept: bool,
}

impl Draft {
    fn beside(path: &Path) -> std::io::Result<Self> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let path = path.with_file_name(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        Ok(Self { path, file, kept: false })
    }

    fn rename_to(mut self, path: &Path) -> std::io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, path)?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}
