//! Clients whose requests must be pushed.

use super::{Checked, Refusal};

/// Whether a client's requests must be pushed.
const REQUIRED: &str = "require.pushed.authorization.requests";

/// RFC 9126 §6: a client that pushes its requests takes none from a browser's hands.
pub(super) fn check(checked: &Checked<'_>) -> Result<(), Refusal> {
    let required = checked.client.attribute(REQUIRED).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if required && !checked.pushed {
        return Err(Refusal::invalid_request("Pushed Authorization Request is only allowed."));
    }
    Ok(())
}
