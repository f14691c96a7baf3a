//! Administrative verbs on one registry client.

mod evaluate;
mod explain;
mod input;
mod who_may;

use protocol::Operation;

/// All operations.
pub(crate) static ALL: &[&dyn Operation] = &[&evaluate::Evaluate, &explain::Explain, &who_may::WhoMay];
