//! The plugin: one method for each duty of the contract.

use std::sync::Arc;

use axum::Router;
use identity::{FieldFault, MapperSeed};
use protocol::{ApiState, Artefact, ClientSettings, EventKind, FormField, MapperKind, Plugin};

use crate::settings::{self, Settings};
use crate::{OpenIdConnect, PROTOCOL, event, mapper, routes};

impl Plugin for OpenIdConnect {
    fn id(&self) -> &'static str {
        PROTOCOL
    }

    fn title(&self) -> &'static str {
        "OpenID Connect"
    }

    fn api(&self) -> Router<ApiState> {
        routes::api(Arc::clone(&self.parts))
    }

    fn well_known(&self) -> Router<ApiState> {
        routes::well_known()
    }

    fn server_well_known(&self) -> Router<ApiState> {
        routes::server_well_known()
    }

    fn client_form(&self) -> &'static [FormField] {
        settings::FORM
    }

    /// A mapper that nobody here knows can only have added claims, so it is let be; one that is known must mean something.
    fn check_client(&self, client: &ClientSettings<'_>) -> Vec<FieldFault> {
        Settings::parse(client.attributes).err().unwrap_or_default()
    }

    /// None: what tokens hold comes from the client scopes that the realm gives its new clients.
    fn client_birth(&self) -> Vec<MapperSeed> {
        Vec::new()
    }

    fn mappers(&self) -> &'static [&'static dyn MapperKind] {
        mapper::KINDS
    }

    fn artefacts(&self) -> &'static [&'static dyn Artefact] {
        &[]
    }

    fn event_kinds(&self) -> &'static [EventKind] {
        event::KINDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plugin_keeps_the_contract() {
        assert_eq!(protocol::conformance::check(&OpenIdConnect::default()), Vec::<String>::new());
    }
}
