//! Grants: one a file; [`ALL`] is the list, which discovery reads too.

mod authorization_code;
mod client_credentials;
mod device_code;
mod password;
mod refresh_token;
mod token_exchange;

use protocol::BoxFuture;

use super::{Proof, Request, Trace};
use crate::client_auth::Authenticated;
use crate::error::{OAuthError, Words};
use crate::event::Sort;
use crate::settings::Settings;

/// A grant: the hooks between the phases of the endpoint.
pub(crate) trait Grant: Sync {
    /// Its `grant_type`.
    fn name(&self) -> &'static str;
    /// The letters in the ids of its access tokens (Keycloak's).
    fn letters(&self) -> &'static str;
    /// What its events are called.
    fn sort(&self) -> Sort;
    /// Parameters that may be there several times.
    fn may_repeat(&self) -> &'static [&'static str] {
        &[]
    }
    /// What a client is told that shows no certificate, and whose tokens are bound to one.
    fn without_certificate(&self) -> Words {
        super::NO_CERTIFICATE
    }
    /// Whether the client may use it.
    fn check_client(&self, client: &Authenticated, settings: &Settings) -> Result<(), OAuthError>;
    /// Proves whom tokens are about and decides what they hold.
    fn prove<'a>(&'a self, request: &'a Request<'a>, trace: &'a mut Trace) -> BoxFuture<'a, Result<Proof, OAuthError>>;
}

/// All grants, in the order of the document.
pub(crate) static ALL: &[&dyn Grant] = &[
    &authorization_code::AuthorizationCode,
    &client_credentials::ClientCredentials,
    &password::Password,
    &refresh_token::RefreshToken,
    &device_code::DeviceCode,
    &token_exchange::TokenExchange,
];

/// The grant of this name.
pub(crate) fn named(name: &str) -> Option<&'static dyn Grant> {
    ALL.iter().copied().find(|grant| grant.name() == name)
}
