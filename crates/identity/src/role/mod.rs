//! Roles of realms and clients, and which brings which.

mod add;
mod change;
pub(crate) mod composite;
mod documents;
pub(crate) mod entity;
mod of_realm;
mod tree;

use serde_json::Value;

pub use change::RoleQuery;
pub use documents::RoleDocument;
pub(crate) use tree::RoleTree;

use crate::{ClientId, RoleId};

/// A role that is still to be made.
#[derive(Debug, Clone, Default)]
pub struct NewRole {
    /// Its row, if it has one already; else a random one.
    pub id: Option<RoleId>,
    /// The client it belongs to; without one it is the realm's.
    pub client: Option<ClientId>,
    /// Its name, unique in its container.
    pub name: String,
    /// The rest of Keycloak's RoleRepresentation (`description`, `attributes`); null for none.
    pub document: Value,
}
