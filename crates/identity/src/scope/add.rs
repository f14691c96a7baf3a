//! Making, giving and removing client scopes.

use serde_json::Value;

use crate::{ClientId, Error, RealmId, ScopeId, Tx};

impl Tx {
    /// Makes a client scope from Keycloak's ClientScopeRepresentation; `name` is required.
    pub async fn add_client_scope(&mut self, realm: &RealmId, document: Value) -> Result<ScopeId, Error> {
        let _ = (realm, document);
        todo!()
    }

    /// Removes a client scope.
    pub async fn remove_client_scope(&mut self, id: &ScopeId) -> Result<(), Error> {
        let _ = id;
        todo!()
    }

    /// Gives a client a scope, by default or on request; a scope it has changes its way.
    pub async fn bind_client_scope(&mut self, client: &ClientId, scope: &ScopeId, optional: bool) -> Result<(), Error> {
        let _ = (client, scope, optional);
        todo!()
    }

    /// Takes a scope from a client.
    pub async fn unbind_client_scope(&mut self, client: &ClientId, scope: &ScopeId) -> Result<(), Error> {
        let _ = (client, scope);
        todo!()
    }
}
