//! Every route, resource by resource.

use crate::{
    Table, attack_detection, authentication, client_scopes, clients, components, events, groups, identity_providers,
    localization, mappers, realms, role_mappings, roles, scope_mappings, server_info, sessions, users,
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
        .and(users::table())
        .and(groups::table())
        .and(role_mappings::table())
        .and(events::table())
        .and(attack_detection::table())
        .and(sessions::table())
        .and(localization::table())
}
