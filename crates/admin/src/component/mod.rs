//! Components: key providers, registration policies, user storage and what else a realm configures by type and provider. They stand
//! in the realm's document as a realm file has them; keys have rows of their own.

mod add;
mod change;
mod list;
mod remove;
mod tree;

pub use add::add;
pub use change::change;
pub use list::{ComponentQuery, get, list, sub_types};
pub use remove::remove;

/// Keycloak's type of key providers.
pub(crate) const KEYS: &str = "org.keycloak.keys.KeyProvider";
/// Why a component is not found.
const MISSING: &str = "Could not find component";
