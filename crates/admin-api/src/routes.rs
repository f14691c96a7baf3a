//! Every route, resource by resource.

use crate::{
    Table, attack_detection, client_scopes, clients, events, groups, localization, mappers, realms, role_mappings,
    roles, scope_mappings, sessions, users,
};

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
        .and(users::table())
        .and(groups::table())
        .and(role_mappings::table())
        .and(events::table())
        .and(attack_detection::table())
        .and(sessions::table())
        .and(localization::table())
}
