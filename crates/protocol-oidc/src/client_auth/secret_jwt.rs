//! `client_secret_jwt`: an assertion that is authenticated with the client's secret (OpenID Connect Core §9).

use crypto::mac::{MacAlgorithm, MacKey};
use identity::Client;

use super::assertion::{Assertion, AssertionClaims, algorithm_is_allowed};

/// The claims, if the client's secret made the assertion.
pub(super) fn verify(client: &Client, assertion: &Assertion<'_>) -> Option<AssertionClaims> {
    let alg = assertion.algorithm();
    // Only the three with a shared secret can be meant here; a public key is of another type.
    let algorithm = MacAlgorithm::named(alg).filter(|_| algorithm_is_allowed(client, alg))?;
    let secret = client.secret.as_ref().filter(|secret| !secret.expose().is_empty())?;
    assertion.compact().verify_mac(&MacKey::new(algorithm, secret.expose().as_bytes()))
}
