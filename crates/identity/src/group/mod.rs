//! Groups, their tree and the roles they bring.

mod add;
mod arrange;
pub(crate) mod entity;
mod find;
pub(crate) mod role;
mod tree;

use serde_json::Value;

pub use arrange::GroupChange;
pub(crate) use tree::GroupTree;

use crate::GroupId;

/// A group that is still to be made.
#[derive(Debug, Clone, Default)]
pub struct NewGroup {
    /// Its row, if it has one already; else a random one.
    pub id: Option<GroupId>,
    /// The group above it.
    pub parent: Option<GroupId>,
    /// Its name, unique beside its siblings.
    pub name: String,
    /// The rest of Keycloak's GroupRepresentation (`attributes`, `description`); null for none.
    pub document: Value,
}
