//! Resource indicators.

use super::{Checked, Refusal};

/// RFC 8707 §2: a resource is named by an absolute URI without a fragment. Which of the client's audiences they leave is
/// known when a token is made.
pub(super) fn check(checked: &Checked<'_>) -> Result<(), Refusal> {
    if checked.request.resource.iter().all(|resource| is_absolute(resource)) {
        return Ok(());
    }
    Err(Refusal::new("invalid_target", "Invalid parameter: resource", "invalid_request"))
}

/// RFC 3986 §4.3: a scheme and something behind it, no fragment, nothing that must not stand in a URI.
pub(crate) fn is_absolute(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        && !rest.is_empty()
        && rest.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'#' | b'\\' | b'"' | b'<' | b'>'))
}
