//! Making and removing realms.

use crate::{Error, Identity, RealmId, Tx, UserId};
use crypto::password::PasswordHash;
use serde_json::Value;

/// A realm that is still to be made.
#[derive(Debug, Clone, Default)]
pub struct NewRealm {
    /// Its row, if it has one already; else a random one.
    pub id: Option<RealmId>,
    /// Its name, as in URLs.
    pub name: String,
    /// Members of Keycloak's RealmRepresentation that differ from a new realm's; null for none.
    pub document: Value,
}

impl Tx {
    /// Makes a realm as Keycloak does: settings, default roles, clients and client scopes. Its keys are made at first need.
    pub async fn add_realm(&mut self, realm: NewRealm) -> Result<RealmId, Error> {
        let _ = realm;
        todo!()
    }

    /// Removes a realm and everything in it.
    pub async fn remove_realm(&mut self, id: &RealmId) -> Result<(), Error> {
        let _ = id;
        todo!()
    }
}

impl Identity {
    /// Makes the realm `master` with an administrator, unless it exists (then the answer is none).
    pub async fn bootstrap_master(&self, admin: &str, password: &PasswordHash) -> Result<Option<UserId>, Error> {
        let _ = (admin, password);
        todo!()
    }
}
