//! Changing a realm's settings.

use serde_json::Value;

use crate::{Error, RealmId, Tx};

impl Tx {
    /// Changes a realm by members of its RealmRepresentation: those present replace, `null` removes. Members with rows of
    /// their own (clients, roles, users, …) are refused.
    pub async fn change_realm(&mut self, id: &RealmId, patch: Value) -> Result<(), Error> {
        let _ = (id, patch);
        todo!()
    }
}
