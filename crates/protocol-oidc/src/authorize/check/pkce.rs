//! Proof keys.

use super::{Checked, Refusal};
use crate::pkce::{ChallengeMethod, is_well_formed};

/// RFC 7636 §4.3, §4.4.1: a client that is to use a proof key does, with the method that it is to use; one that need not may.
/// RFC 9700 §2.1.1. Only a code is ever proven, so that a request without one needs no key.
pub(super) fn check(checked: &Checked<'_>) -> Result<(), Refusal> {
    if !checked.response_type.code {
        return Ok(());
    }
    let (challenge, method) =
        (checked.request.code_challenge.as_deref(), checked.request.code_challenge_method.as_deref());
    let missing = |name: &str| Refusal::invalid_request(format!("Missing parameter: {name}"));
    let invalid = |what: &str| Refusal::invalid_request(format!("Invalid parameter: {what}"));
    if let Some(wanted) = checked.settings.pkce_method.as_deref() {
        let method = method.ok_or_else(|| missing("code_challenge_method"))?;
        if method != wanted {
            return Err(invalid("code challenge method is not matching the configured one"));
        }
        if challenge.is_none() {
            return Err(missing("code_challenge"));
        }
    } else if method.is_some() && challenge.is_none() {
        return Err(missing("code_challenge"));
    }
    let Some(challenge) = challenge else { return Ok(()) };
    if method.is_some_and(|method| ChallengeMethod::named(method).is_none()) {
        return Err(invalid("code_challenge_method"));
    }
    if is_well_formed(challenge) { Ok(()) } else { Err(invalid("code_challenge")) }
}
