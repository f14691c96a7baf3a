//! Proof keys for codes (RFC 7636).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Words, invalid_grant};

const NOT_SPECIFIED: Words = invalid_grant("PKCE code verifier not specified", "code_verifier_missing");
const UNEXPECTED: Words =
    invalid_grant("PKCE code verifier specified but challenge not present in authorization", "invalid_code_verifier");
const MISMATCH: Words = invalid_grant("PKCE verification failed: Code mismatch", "pkce_verification_failed");
const INVALID: Words = invalid_grant("PKCE verification failed: Invalid code verifier", "invalid_code_verifier");

/// How a challenge was made from its verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum ChallengeMethod {
    /// The verifier itself.
    #[serde(rename = "plain")]
    Plain,
    /// Its SHA-256.
    S256,
}

impl ChallengeMethod {
    /// The method of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "plain" => Some(Self::Plain),
            "S256" => Some(Self::S256),
            _ => None,
        }
    }
}

/// A challenge as the authorization request gave it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Challenge {
    pub method: ChallengeMethod,
    pub value: String,
}

/// Whether a text may be a verifier or a challenge (RFC 7636 §4.1, §4.2): 43 to 128 unreserved characters.
pub(crate) fn is_well_formed(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

/// Checks the verifier of a token request against the challenge of its authorization request.
///
/// # Errors
/// In Keycloak's words.
pub(crate) fn check(challenge: Option<&Challenge>, verifier: Option<&str>) -> Result<(), Words> {
    match (challenge, verifier.filter(|verifier| !verifier.is_empty())) {
        (None, None) => Ok(()),
        // CVE-2024-23647: a verifier without a challenge means that somebody took the challenge away on the way.
        (None, Some(_)) => Err(UNEXPECTED),
        // CVE-2023-48228: none, or an empty one, proves nothing.
        (Some(_), None) => Err(NOT_SPECIFIED),
        (Some(_), Some(verifier)) if !is_well_formed(verifier) => Err(INVALID),
        (Some(challenge), Some(verifier)) => {
            // RFC 7636 §4.6.
            let computed = match challenge.method {
                ChallengeMethod::Plain => verifier.to_owned(),
                ChallengeMethod::S256 => URL_SAFE_NO_PAD.encode(crypto::digest::sha256(verifier.as_bytes())),
            };
            if crypto::digest::equal(computed.as_bytes(), challenge.value.as_bytes()) { Ok(()) } else { Err(MISMATCH) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn s256() -> Challenge {
        Challenge { method: ChallengeMethod::S256, value: CHALLENGE.into() }
    }

    #[test]
    fn the_verifier_of_the_specification_fits_its_challenge() {
        assert_eq!(check(Some(&s256()), Some(VERIFIER)), Ok(()));
        let plain = Challenge { method: ChallengeMethod::Plain, value: VERIFIER.into() };
        assert_eq!(check(Some(&plain), Some(VERIFIER)), Ok(()));
        assert_eq!(check(Some(&plain), Some(CHALLENGE)), Err(MISMATCH));
        assert_eq!(check(None, None), Ok(()));
    }

    #[test]
    fn a16_a17_a_missing_or_unexpected_verifier_is_refused() {
        assert_eq!(check(Some(&s256()), None), Err(NOT_SPECIFIED));
        assert_eq!(check(Some(&s256()), Some("")), Err(NOT_SPECIFIED));
        assert_eq!(check(None, Some(VERIFIER)), Err(UNEXPECTED));
    }

    #[test]
    fn a15_a18_another_or_malformed_verifier_is_refused() {
        assert_eq!(check(Some(&s256()), Some(&VERIFIER.replace('d', "e"))), Err(MISMATCH));
        for bad in ["abc", &"a".repeat(42), &"a".repeat(129), &format!("{}+", "a".repeat(50))] {
            assert_eq!(check(Some(&s256()), Some(bad)), Err(INVALID), "{bad}");
        }
        // The challenge itself is no verifier of it.
        assert_eq!(check(Some(&s256()), Some(CHALLENGE)), Err(MISMATCH));
    }
}
