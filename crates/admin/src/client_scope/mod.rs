//! Client scopes, and which of them new clients get.

mod add;
mod change;
mod defaults;
mod list;
mod remove;

pub use add::add;
pub use change::change;
pub use defaults::{add_default, defaults, remove_default};
pub use list::{get, list};
pub use remove::remove;

use std::sync::Arc;

use identity::{ClientScope, Realm};

use crate::Refusal;

/// A client scope of the realm by its row.
fn of_realm<'r>(realm: &'r Realm, id: &str, words: &'static str) -> Result<&'r Arc<ClientScope>, Refusal> {
    realm.scopes().find(|scope| scope.id.as_str() == id).ok_or_else(|| Refusal::not_found(words))
}

const MISSING: &str = "Could not find client scope";
