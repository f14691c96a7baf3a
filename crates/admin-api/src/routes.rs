//! Every route, resource by resource.

use crate::{
    Table, authentication, client_scopes, clients, components, identity_providers, mappers, realms, roles,
    scope_mappings, server_info,
};

/// All routes below `/admin`.
#[must_use]
pub fn table() -> Table {
    Table::new()
        .and(server_info::table())
        .and(realms::table())
        .and(clients::table())
        .and(client_scopes::table())
        .and(mappers::table())
        .and(scope_mappings::table())
        .and(roles::table())
        .and(components::table())
        .and(authentication::table())
        .and(identity_providers::table())
}
