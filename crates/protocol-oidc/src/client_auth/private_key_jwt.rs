//! `private_key_jwt`: an assertion that is signed with the client's key (OpenID Connect Core §9).

use std::str::FromStr as _;

use crypto::algorithm::Algorithm;
use identity::Client;

use super::Shown;
use super::assertion::{Assertion, AssertionClaims, algorithm_is_allowed};

/// The claims, if a key of the client signed the assertion.
pub(super) async fn verify(shown: &Shown<'_>, client: &Client, assertion: &Assertion<'_>) -> Option<AssertionClaims> {
    let alg = assertion.algorithm();
    // `none` and the algorithms with a shared secret are no `Algorithm`.
    let algorithm = Algorithm::from_str(alg).ok().filter(|_| algorithm_is_allowed(client, alg))?;
    let compact = assertion.compact();
    let kid = compact.header().kid.as_deref();
    let now = shown.portreeve.identity.clock().now();
    let keys = shown.parts.key_sets.of(client, kid, now).await?;
    keys.iter().filter(|key| key.suits(algorithm, kid)).find_map(|key| compact.verify(&key.key, algorithm))
}
