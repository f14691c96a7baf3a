//! `nonce`.

use super::{Checked, Refusal};

/// OpenID Connect Core §3.2.2.1 and §3.3.2.11: whoever takes tokens from the browser needs a value to tie them to their own
/// request. Keycloak asks for it in every implicit and hybrid flow but plain OAuth's `token`.
pub(super) fn check(checked: &Checked<'_>) -> Result<(), Refusal> {
    let plain_oauth =
        !checked.request.is_openid() && checked.response_type.is_implicit() && !checked.response_type.id_token;
    if checked.response_type.has_tokens() && !plain_oauth && checked.request.nonce.is_none() {
        return Err(Refusal::invalid_request("Missing parameter: nonce"));
    }
    Ok(())
}
