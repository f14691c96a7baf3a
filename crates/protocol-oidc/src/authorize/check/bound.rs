//! Tokens that must be bound to a key.

use super::{Checked, Refusal};

/// RFC 9449 §5: only the token endpoint is shown a proof, so that an access token from the browser could be bound to no key;
/// a client whose tokens must be is given none there.
pub(super) fn check(checked: &Checked<'_>) -> Result<(), Refusal> {
    if checked.settings.dpop.required && checked.response_type.token {
        return Err(Refusal::invalid_request("DPoP bound access tokens are not given by the authorization endpoint"));
    }
    // RFC 8705 §3: nor does a browser show the client's certificate.
    if checked.settings.certificate_bound && checked.response_type.token {
        let why = "Certificate bound access tokens are not given by the authorization endpoint";
        return Err(Refusal::invalid_request(why));
    }
    Ok(())
}
