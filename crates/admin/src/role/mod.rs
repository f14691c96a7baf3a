//! Roles of a realm and of clients, and what they bring.
//!
//! Keycloak: roles of the realm are seen and changed with its settings, roles of a client with the client.

mod add;
mod change;
mod composites;
mod find;
mod list;
mod remove;

pub use add::add;
pub use change::change;
pub use composites::{Part, add_composites, composites, remove_composites};
pub(crate) use composites::{check_count, told};
pub use find::{At, find, get};
pub use list::list;
pub use remove::remove;

use identity::RoleDocument;

use crate::Resource;

/// Where a role is below its realm, for events.
pub(crate) fn path(role: &RoleDocument) -> String {
    match &role.client {
        Some(client) => format!("clients/{client}/roles/{}", role.name),
        None => format!("roles/{}", role.name),
    }
}

pub(crate) fn resource(role: &RoleDocument) -> Resource {
    if role.client.is_some() { Resource::ClientRole } else { Resource::RealmRole }
}
