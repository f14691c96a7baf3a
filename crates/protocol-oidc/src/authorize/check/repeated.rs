//! Parameters that are there twice.

use super::{Checked, Refusal};

/// RFC 6749 §3.1: no parameter more than once.
pub(super) fn check(checked: &Checked<'_>) -> Result<(), Refusal> {
    if checked.request.repeated { Err(Refusal::invalid_request("duplicated parameter")) } else { Ok(()) }
}
