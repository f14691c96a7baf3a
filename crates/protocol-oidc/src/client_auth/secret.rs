//! `client_secret_basic` and `client_secret_post`: the secret itself.

use crypto::secret::Secret;
use identity::{Client, Timestamp};

use super::CLIENT_SECRET;

/// The secret before the last rotation, and until when it still counts, in unix seconds.
const ROTATED: &str = "client.secret.rotated";
const ROTATED_UNTIL: &str = "client.secret.rotated.expiration.time";

/// Whether this secret is the client's, and the client is one that proves itself with it.
pub(super) fn proves(client: &Client, secret: Option<&str>, now: Timestamp) -> bool {
    let Some(given) = secret else { return false };
    // A client that signs its proofs must not be impersonated with a secret that it never uses.
    &*client.authenticator == CLIENT_SECRET
        && (client.secret.as_ref().is_some_and(|own| own.matches(given))
            || rotated(client, now).is_some_and(|old| old.ct_eq(&Secret::from(given))))
}

/// The secret before the last rotation, while it overlaps with the new one.
fn rotated(client: &Client, now: Timestamp) -> Option<&Secret> {
    let until: i64 = client.attribute(ROTATED_UNTIL)?.parse().ok()?;
    (now.seconds() < until).then(|| client.sealed_attribute(ROTATED)).flatten()
}
