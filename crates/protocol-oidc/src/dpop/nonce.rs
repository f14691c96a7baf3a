//! Server nonces for proofs (RFC 9449 §8, §9): a proof that was made beforehand, or on a clock that is wrong, is of no use.
//!
//! A nonce is a window of time with the realm's tag over it. No node keeps any, and every node takes those of the others.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto::digest::equal;
use identity::{Identity, Realm, Timestamp};

/// Realm attribute: whether the proofs of all clients must hold a nonce.
pub(crate) const REALM_ATTRIBUTE: &str = "dpopNonceRequired";
/// The header that carries a nonce.
pub(crate) const HEADER: &str = "dpop-nonce";

/// Seconds in which one nonce is given out. It is taken in these and the next as many.
const WINDOW_SECONDS: i64 = 120;
const PURPOSE: &str = "DPoP nonce";
const TAG_BYTES: usize = 16;

/// What a proof says of a nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Nothing.
    None,
    /// One that is given out now.
    Current,
    /// The one before: good, and about to be replaced.
    Previous,
}

/// The nonce that is given out now.
pub(crate) fn current(identity: &Identity, realm: &Realm, now: Timestamp) -> String {
    of(identity, realm, window(now))
}

/// Reads a proof's nonce; `None` for one that is not ours or is too old.
pub(super) fn read(identity: &Identity, realm: &Realm, now: Timestamp, given: Option<&str>) -> Option<Shown> {
    let Some(given) = given else { return Some(Shown::None) };
    let is = |window: i64| equal(of(identity, realm, window).as_bytes(), given.as_bytes());
    let now = window(now);
    if is(now) { Some(Shown::Current) } else { is(now - 1).then_some(Shown::Previous) }
}

fn window(now: Timestamp) -> i64 {
    now.seconds().div_euclid(WINDOW_SECONDS)
}

fn of(identity: &Identity, realm: &Realm, window: i64) -> String {
    let window = window.to_be_bytes();
    let tag = identity.internal_tag(realm, PURPOSE, &window);
    URL_SAFE_NO_PAD.encode([&window[..], tag.get(..TAG_BYTES).unwrap_or(&tag)].concat())
}
