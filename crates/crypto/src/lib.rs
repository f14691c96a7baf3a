//! The cryptographic room.
//!
//! **Owns:** chance, digests, signing keys and their ids, certificates, compact JWS and JWE, public JWKs, the sealing of
//! secrets at rest, password hashes with the pool that computes them, and one-time passwords. It alone names
//! argon2, jsonwebtoken, aws-lc-rs and rcgen.
//!
//! **Does not own:** realms, users, rows, the choice of a key for a token, the clock. Time comes in as an argument,
//! chance through [`random::Random`].
//!
//! **Floor:** 0; it imports no other room.
//!
//! | spec | file |
//! |---|---|
//! | RFC 7515 (JWS), RFC 7518 §3 (algorithms), RFC 8037 (Ed25519) | `jws.rs`, `algorithm.rs`, `key.rs` |
//! | RFC 7518 §3.2 (HMAC with a shared secret) | `mac.rs` |
//! | RFC 7515 §5.2 (reading a JWS) | `compact.rs` |
//! | RFC 7516 (JWE), RFC 7518 §4, §5 (encryption) | `jwe/` |
//! | RFC 7517 (JWK), keys of others | `jwk.rs`, `jwk_set.rs` |
//! | RFC 7638 (thumbprint), libtrust fingerprint | `key_id.rs` |
//! | RFC 5280 (certificates), RFC 4514 (names of their subjects) | `certificate.rs`, `distinguished_name.rs` |
//! | RFC 9106 (Argon2), RFC 8018 §5.2 (PBKDF2), Keycloak's credential format | `password/` |
//! | RFC 6238 (TOTP) | `otp.rs` |

pub mod algorithm;
mod base32;
pub mod certificate;
pub mod compact;
mod der;
pub mod digest;
pub mod distinguished_name;
pub mod jwe;
pub mod jwk;
pub mod jwk_set;
pub mod jws;
pub mod key;
pub mod key_id;
pub mod mac;
pub mod otp;
pub mod password;
pub mod public_key;
pub mod random;
pub mod seal;
pub mod secret;
#[cfg(test)]
mod vectors;

/// Ends the process because the cryptographic library failed at something that cannot fail.
///
/// Only for operations whose failure leaves no safe answer at all: a server without randomness must not hand out a
/// token, and a secret that could not be sealed must not be stored. Unwinding would let another request try again
/// with the same broken library.
pub(crate) fn fatal() -> ! {
    std::process::abort()
}
