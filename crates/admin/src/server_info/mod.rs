//! What this server knows: the first thing that tools ask. Protocols tell of themselves; the words that a realm's document may hold
//! are Keycloak's.

mod catalogue;
mod get;

pub(crate) use catalogue::{component_types, identity_provider, knows_component};
pub(crate) use get::KEYCLOAK;
pub use get::get;
