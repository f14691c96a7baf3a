//! Keycloak's realm files: read, import, export.

use std::{collections::BTreeMap, fmt, io::Write, path::PathBuf};

use crate::{Error, FieldFault, Identity, Mapper, MapperSeed};

/// Bounds of what is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Levels of nesting.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 1 << 30, depth: 128 }
    }
}

/// One fault of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// Which file.
    pub file: PathBuf,
    /// Where in it (JSON pointer).
    pub pointer: String,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.file.display(), self.pointer, self.reason)
    }
}

/// A realm as files hold it, read and checked.
#[derive(Debug)]
pub struct RealmFile {
    name: String,
}

impl RealmFile {
    /// The realm's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// What to do where the realm exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// Refuse.
    Fail,
    /// Leave it alone.
    Skip,
    /// Replace it.
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

/// What came in, and what will not work yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The realm's name.
    pub realm: String,
    /// How many of each noun.
    pub counts: BTreeMap<&'static str, u64>,
    /// What will not work yet, in words.
    pub remarks: Vec<String>,
}

/// Why an import changed nothing.
#[derive(Debug)]
pub enum ImportError {
    /// The files are wrong.
    Faults(Vec<FileFault>),
    /// The realm exists.
    Exists(String),
    /// The store failed.
    Store(Error),
}

/// What an export wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// How many users.
    pub users: u64,
    /// Bytes written.
    pub bytes: u64,
}

/// Hears how far a long operation is.
pub trait Progress: Send + Sync {
    /// A part begins that has this many steps.
    fn start(&self, what: &str, total: u64);
    /// Steps done.
    fn advance(&self, by: u64);
    /// The part is done.
    fn finish(&self);
}

/// What the protocol plugins say about clients that come in.
pub trait ClientBirth: Send + Sync {
    /// Mappers of a new client of this protocol.
    fn mappers(&self, protocol: &str) -> Vec<MapperSeed>;
    /// Whether some plugin serves this protocol.
    fn knows_protocol(&self, protocol: &str) -> bool;
    /// What is wrong with a client's settings.
    fn check_client(
        &self,
        protocol: &str,
        attributes: &BTreeMap<String, String>,
        mappers: &[Mapper],
    ) -> Vec<FieldFault>;
}

/// Reads realm files: single files, a folder with `NAME-realm.json` and `NAME-users-*.json`, or an array of realms.
pub fn read(paths: &[PathBuf], limits: &Limits) -> Result<Vec<RealmFile>, Vec<FileFault>> {
    let _ = (paths, limits);
    todo!()
}

impl Identity {
    /// Brings a realm in under an invisible name and makes it visible in one statement.
    pub async fn import_realm(
        &self,
        file: RealmFile,
        strategy: Strategy,
        births: &dyn ClientBirth,
        progress: &dyn Progress,
    ) -> Result<ImportOutcome, ImportError> {
        let _ = (file, strategy, births, progress);
        todo!()
    }

    /// Writes a realm as a file that both Portreeve and Keycloak import.
    pub async fn export_realm(
        &self,
        name: &str,
        users: bool,
        out: &mut (dyn Write + Send),
        progress: &dyn Progress,
    ) -> Result<ExportReport, Error> {
        let _ = (name, users, out, progress);
        todo!()
    }
}
