//! What an authorization request must satisfy, one check a file, in Keycloak's order. Client and redirect URI were checked
//! before: whatever fails here goes back to the client by a redirect.

mod bound;
pub(super) mod length;
mod nonce;
mod pkce;
mod pushed;
mod repeated;
mod resource;
pub(super) mod response_type;
mod scope;

pub(crate) use resource::is_absolute as is_resource;

use identity::Client;

use super::request::AuthorizationRequest;
use super::response_type::ResponseType;
use crate::settings::Settings;

/// What checks look at.
pub(crate) struct Checked<'a> {
    pub client: &'a Client,
    pub settings: &'a Settings,
    pub request: &'a AuthorizationRequest,
    pub response_type: ResponseType,
    /// Whether the request came through the pushed-request endpoint, or is being pushed.
    pub pushed: bool,
    /// The parameter that is too long, if one is.
    pub too_long: Option<&'static str>,
}

/// Why a request is sent back: RFC 6749 §4.1.2.1 words, and Keycloak's word for the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub error: &'static str,
    pub description: String,
    pub event: &'static str,
}

impl Refusal {
    pub(crate) fn new(error: &'static str, description: impl Into<String>, event: &'static str) -> Self {
        Self { error, description: description.into(), event }
    }

    fn invalid_request(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description, "invalid_request")
    }
}

type Check = fn(&Checked<'_>) -> Result<(), Refusal>;

/// The checks, in order. The response type, which the way back depends on, comes before them.
const CHECKS: &[Check] = &[
    pushed::check,
    repeated::check,
    length::check,
    scope::check,
    resource::check,
    nonce::check,
    pkce::check,
    bound::check,
];

/// Runs them all.
///
/// # Errors
/// The first refusal.
pub(crate) fn all(checked: &Checked<'_>) -> Result<(), Refusal> {
    CHECKS.iter().try_for_each(|check| check(checked))
}
