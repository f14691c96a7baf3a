//! `scope`.

use super::{Checked, Refusal};
use crate::scope;

/// RFC 6749 §3.3: names of scopes that the client has. Absent, it gets its default ones; empty, it is wrong, as in Keycloak.
pub(super) fn check(checked: &Checked<'_>) -> Result<(), Refusal> {
    let Some(value) = checked.request.scope.as_deref() else { return Ok(()) };
    let known =
        scope::names(value).is_ok_and(|names| !names.is_empty() && scope::check(checked.client, &names).is_ok());
    if known {
        return Ok(());
    }
    // The whole value is told back, as long as it is one that a person could have written.
    Err(Refusal::new("invalid_scope", format!("Invalid scopes: {value}"), "invalid_scope"))
}
