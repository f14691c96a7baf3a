//! Writes a realm as the file that it came from, or as Keycloak would write it.
//!
//! Everything is read in one consistent state. Users are read and written some at a time.

mod out;
mod realm_document;
mod user_document;

use std::io::Write;

use sea_orm::{AccessMode, DatabaseTransaction, DbBackend, IsolationLevel, TransactionTrait};

use self::out::Out;
use super::Progress;
use super::component_key::KEY_PROVIDER;
use crate::{Error, Identity};

/// Users that are read at once.
const USERS_PER_PAGE: usize = 500;

/// What an export wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// How many users.
    pub users: u64,
    /// Bytes written.
    pub bytes: u64,
}

impl Identity {
    /// Writes a realm as a file that both Portreeve and Keycloak import. It holds every secret of the realm. A realm that
    /// was made here has the keys of a realm of Keycloak's by then: whoever imports the file would make others.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such realm; [`Error::Fault`] if the store or `out` fails.
    pub async fn export_realm(
        &self,
        name: &str,
        users: bool,
        out: &mut (dyn Write + Send),
        progress: &dyn Progress,
    ) -> Result<ExportReport, Error> {
        self.complete_keys(name).await?;
        let on = snapshot(self).await?;
        let (document, directory) = realm_document::read(self, &on, name).await?;
        let mut out = Out::new(out);
        let mut report = ExportReport::default();
        out.begin()?;
        for (member, value) in &document {
            if !users && member == super::read::FEDERATED_USERS {
                continue;
            }
            out.member(member, value)?;
        }
        if users {
            let ids = user_document::ids(&on, &directory.realm).await?;
            progress.start("users", ids.len() as u64);
            out.begin_list(super::parse::USERS)?;
            for page in ids.chunks(USERS_PER_PAGE) {
                for user in user_document::page(self, &on, &directory, page).await? {
                    out.item(&user)?;
                    report.users += 1;
                }
                progress.advance(page.len() as u64);
            }
            out.end_list()?;
            progress.finish();
        }
        report.bytes = out.end()?;
        self.store().commit(on).await?;
        Ok(report)
    }
}

impl Identity {
    /// A realm's whole document without its users, secrets included, as [`Identity::export_realm`] writes it.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such realm.
    pub async fn realm_without_users(&self, name: &str) -> Result<serde_json::Map<String, serde_json::Value>, Error> {
        self.complete_keys(name).await?;
        let on = snapshot(self).await?;
        let (document, _) = realm_document::read(self, &on, name).await?;
        self.store().commit(on).await?;
        Ok(document)
    }

    /// What came with keys of its own keeps to them.
    async fn complete_keys(&self, name: &str) -> Result<(), Error> {
        let Some(realm) = self.realm(name).await? else { return Ok(()) };
        if realm.document.pointer("/components").and_then(|all| all.get(KEY_PROVIDER)).is_none() {
            self.ensure_default_keys(&realm).await?;
        }
        Ok(())
    }
}

/// A transaction whose statements all see one state.
async fn snapshot(identity: &Identity) -> Result<DatabaseTransaction, Error> {
    let reader = identity.store().reader();
    let on = match identity.store().backend() {
        DbBackend::Postgres => {
            reader.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await?
        }
        _ => reader.begin().await?,
    };
    identity.store().statements.add(1);
    Ok(on)
}
