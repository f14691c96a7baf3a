//! Length of parameters.

use super::{Checked, Refusal};

/// Most bytes of a parameter; Keycloak's figure. What is kept for a log-in and sent back stays small enough for a header.
pub(crate) const MOST: usize = 4000;

/// A48: a parameter that is too long is refused as it was, never cut.
pub(super) fn check(checked: &Checked<'_>) -> Result<(), Refusal> {
    match checked.too_long {
        Some(name) => Err(Refusal::invalid_request(format!("Invalid parameter: {name}"))),
        None => Ok(()),
    }
}
