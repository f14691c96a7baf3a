//! Making, changing and removing clients.

use serde_json::Value;

use crate::{ClientId, Error, RealmId, Tx};

impl Tx {
    /// Makes a client from Keycloak's ClientRepresentation. `clientId` is required; mappers and client scopes come in by
    /// their members; secrets are sealed. A confidential OpenID Connect client without `secret` gets one.
    pub async fn add_client(&mut self, realm: &RealmId, document: Value) -> Result<ClientId, Error> {
        let _ = (realm, document);
        todo!()
    }

    /// Changes a client by members of its ClientRepresentation: those present replace, `null` removes. Mappers and client
    /// scopes have verbs of their own.
    pub async fn change_client(&mut self, id: &ClientId, patch: Value) -> Result<(), Error> {
        let _ = (id, patch);
        todo!()
    }

    /// Removes a client with its roles, mappers, tickets and service account.
    pub async fn remove_client(&mut self, id: &ClientId) -> Result<(), Error> {
        let _ = id;
        todo!()
    }
}
