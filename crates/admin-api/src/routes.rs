//! Every route, resource by resource.

use crate::{Table, client_scopes, clients, mappers, realms, roles, scope_mappings};

/// All routes below `/admin`.
#[must_use]
pub fn table() -> Table {
    Table::new()
        .and(realms::table())
        .and(clients::table())
        .and(client_scopes::table())
        .and(mappers::table())
        .and(scope_mappings::table())
        .and(roles::table())
}
