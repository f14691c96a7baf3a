//! Keycloak's realm files: read, checked, imported, exported.
//!
//! [`read`] finds every fault of a file before anything is written; [`Identity::import_realm`] writes a realm under
//! cover and shows it in one statement; [`Identity::export_realm`] writes a file equal to the one that came in. What no
//! code here understands stays with its noun and comes back unchanged.

mod check;
mod component_key;
mod export;
mod fault;
mod import;
mod limits;
mod parse;
mod placeholder;
mod read;
mod report;
mod representation;
mod top_up;
mod user_credentials;
mod user_form;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crypto::secret::Secret;
use serde_json::{Map, Value};

pub(crate) use component_key::{KEY_PROVIDER, KeyRow, restore as restore_key, status_of as status_of_key};
pub use export::ExportReport;
pub use fault::FileFault;
pub use import::{ImportError, ImportOutcome, Strategy};
pub(crate) use import::{lock_file, sweep_dead_imports};
pub use limits::Limits;
pub use read::{read, read_text};
pub use report::{Remark, Report, Subjects};
pub use representation::Representation;
pub use top_up::{built_in_mappers, give_ids, with_default_settings};
pub use user_credentials::{CredentialsRefused, PreparedCredential};

use crate::{FieldFault, Mapper, MapperSeed};

/// A realm as files hold it, read and checked.
pub struct RealmFile {
    name: String,
    file: Arc<Path>,
    /// Where the realm stands in a file that holds a list of realms.
    element: Option<usize>,
    /// The realm without its users.
    document: Map<String, Value>,
    /// Name of the role that every user gets.
    default_role: Option<String>,
    users: Vec<UserList>,
    facts: Facts,
}

impl RealmFile {
    /// The realm's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file that holds the realm.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// How many users it brings, with those that stand for clients and are missing in the file.
    #[must_use]
    pub fn users(&self) -> u64 {
        self.facts.users + self.facts.missing_accounts.len() as u64
    }
}

/// Says nothing of what the file holds: it is full of secrets.
impl fmt::Debug for RealmFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RealmFile").field("name", &self.name).field("file", &self.file).finish_non_exhaustive()
    }
}

/// A list of users in a text that is kept in memory; they are walked, never held all at once.
#[derive(Clone)]
struct UserList {
    file: Arc<Path>,
    text: Arc<Vec<u8>>,
    element: Option<usize>,
}

/// What the check learnt on its way.
#[derive(Default)]
struct Facts {
    users: u64,
    credentials: u64,
    federated_users: u64,
    foreign_passwords: u64,
    second_factor_users: u64,
    second_factor_names: Vec<String>,
    /// Clients with a service account whose user the file does not have.
    missing_accounts: Vec<String>,
    /// Passwords that the import has to hash.
    plain: Vec<PlainPassword>,
    /// What was added because every realm has it.
    added: Vec<String>,
}

/// A password in the clear, of the `user`-th user of the realm.
struct PlainPassword {
    user: u64,
    credential: usize,
    value: Secret,
    temporary: bool,
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

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn start(&self, _what: &str, _total: u64) {}
    fn advance(&self, _by: u64) {}
    fn finish(&self) {}
}

/// A member of a realm's representation that belongs to a protocol. It is kept with the realm, and nothing but its plugin
/// knows what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RealmMember {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: RealmMemberKind,
    /// Authenticators that stand in no other flow than the one it names.
    pub authenticators: &'static [&'static str],
}

/// What a plugin's member of a realm holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RealmMemberKind {
    /// The alias of an authentication flow of the realm.
    Flow,
}

/// What the protocol plugins say about realms and clients that come in.
pub trait ClientBirth: Send + Sync {
    /// Members of the realm itself that belong to some plugin.
    fn realm_members(&self) -> Vec<RealmMember> {
        Vec::new()
    }

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
