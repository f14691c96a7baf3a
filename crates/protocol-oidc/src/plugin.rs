//! The plugin: one method for each duty of the contract.

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use identity::{FieldFault, MapperSeed};
use protocol::{
    ApiState, Artefact, Bearer, BearerRefused, BearerTokens, BoxFuture, BrowserState, ClientAddresses, ClientSettings,
    Completed, Ended, EventKind, Failed, FormField, LoginReturn, LogoutParticipant, MapperKind, Plugin, Portreeve,
};

use crate::settings::{self, Settings};
use crate::{OpenIdConnect, PROTOCOL, artefact, browser_routes, event, mapper, payload, routes, sector, shown};

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

    fn browser(&self) -> Router<BrowserState> {
        browser_routes::browser(Arc::clone(&self.parts))
    }

    fn realm_pages(&self) -> Router<BrowserState> {
        browser_routes::realm_pages(Arc::clone(&self.parts))
    }

    fn login_return(&self) -> Option<&dyn LoginReturn> {
        Some(self)
    }

    fn logout(&self) -> Option<&dyn LogoutParticipant> {
        Some(self)
    }

    fn bearer_tokens(&self) -> Option<&dyn BearerTokens> {
        Some(self)
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

    /// The documents at the sector identifiers of pairwise subjects.
    fn check_client_elsewhere<'a>(&'a self, client: ClientAddresses<'a>) -> BoxFuture<'a, Vec<FieldFault>> {
        Box::pin(sector::check(&*self.parts.fetch, client.redirect_uris, client.mappers))
    }

    /// None: what tokens hold comes from the client scopes that the realm gives its new clients.
    fn client_birth(&self) -> Vec<MapperSeed> {
        Vec::new()
    }

    fn mappers(&self) -> &'static [&'static dyn MapperKind] {
        mapper::KINDS
    }

    fn artefacts(&self) -> &'static [&'static dyn Artefact] {
        artefact::ALL
    }

    fn event_kinds(&self) -> &'static [EventKind] {
        event::KINDS
    }
}

impl LoginReturn for OpenIdConnect {
    fn completed(&self, completed: Completed) -> BoxFuture<'_, Response> {
        Box::pin(payload::completed(completed, &self.parts))
    }

    fn failed(&self, failed: Failed) -> BoxFuture<'_, Response> {
        Box::pin(payload::failed(failed, &self.parts))
    }
}

impl BearerTokens for OpenIdConnect {
    fn verify<'a>(&'a self, portreeve: &'a Portreeve, token: &'a str) -> BoxFuture<'a, Result<Bearer, BearerRefused>> {
        Box::pin(shown::verify(portreeve, token))
    }
}

impl LogoutParticipant for OpenIdConnect {
    fn ended<'a>(&'a self, portreeve: &'a Portreeve, ended: &'a Ended) -> BoxFuture<'a, ()> {
        self.parts.deliveries.begin(portreeve, ended);
        Box::pin(std::future::ready(()))
    }

    fn finish(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.parts.deliveries.finish())
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
