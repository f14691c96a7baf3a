//! Message authentication with a shared secret: HS256, HS384 and HS512 (RFC 7518 §3.2).
//!
//! A type of its own beside [`crate::key::KeyPair`]: a public key can never stand where a shared secret is meant, which is
//! the oldest way of forging a token.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::key::KeyError;

/// An algorithm with a shared secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MacAlgorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
}

impl MacAlgorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hs256, Self::Hs384, Self::Hs512];

    /// The name in a JOSE header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }

    /// Bytes of a tag, and of a key that RFC 7518 section 3.2 is content with.
    pub const fn length(self) -> usize {
        match self {
            Self::Hs256 => 32,
            Self::Hs384 => 48,
            Self::Hs512 => 64,
        }
    }

    /// The algorithm of this name, letter for letter.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)
    }
}

/// A shared secret, prepared for one algorithm.
#[derive(Clone)]
pub struct MacKey {
    algorithm: MacAlgorithm,
    key: hmac::Key,
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MacKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

impl MacKey {
    /// Prepares a secret. How long it must be is the caller's to check: RFC 7518 §3.2 wants at least the digest's length,
    /// which client secrets of the field do not have.
    pub fn new(algorithm: MacAlgorithm, secret: &[u8]) -> Self {
        let hash = match algorithm {
            MacAlgorithm::Hs256 => hmac::HMAC_SHA256,
            MacAlgorithm::Hs384 => hmac::HMAC_SHA384,
            MacAlgorithm::Hs512 => hmac::HMAC_SHA512,
        };
        Self { algorithm, key: hmac::Key::new(hash, secret) }
    }

    /// The algorithm it was prepared for.
    pub fn algorithm(&self) -> MacAlgorithm {
        self.algorithm
    }

    /// The tag of a message.
    pub fn tag(&self, message: &[u8]) -> Vec<u8> {
        hmac::sign(&self.key, message).as_ref().to_vec()
    }

    /// Whether `tag` authenticates `message`, compared in constant time.
    pub fn verify(&self, message: &[u8], tag: &[u8]) -> bool {
        hmac::verify(&self.key, message, tag).is_ok()
    }
}

/// A JOSE header in its wire form, made once for a key.
#[derive(Debug, Clone)]
pub struct MacHeader {
    algorithm: MacAlgorithm,
    encoded: String,
}

impl MacHeader {
    /// A header with `alg`, `typ` and `kid`.
    ///
    /// # Errors
    /// [`KeyError::Claims`] if it has no JSON form.
    pub fn new(algorithm: MacAlgorithm, typ: &str, kid: &str) -> Result<Self, KeyError> {
        #[derive(Serialize)]
        struct Members<'a> {
            alg: &'static str,
            typ: &'a str,
            kid: &'a str,
        }
        let json = serde_json::to_vec(&Members { alg: algorithm.as_str(), typ, kid }).map_err(|_| KeyError::Claims)?;
        Ok(Self { algorithm, encoded: URL_SAFE_NO_PAD.encode(json) })
    }
}

/// Authenticates `claims` and returns the compact JWS.
///
/// # Errors
/// [`KeyError::Unsuitable`] if header and key do not agree, [`KeyError::Claims`] if the claims have no JSON form.
pub fn sign(key: &MacKey, header: &MacHeader, claims: &impl Serialize) -> Result<String, KeyError> {
    if header.algorithm != key.algorithm {
        return Err(KeyError::Unsuitable);
    }
    let claims = serde_json::to_vec(claims).map_err(|_| KeyError::Claims)?;
    let mut token = String::with_capacity(header.encoded.len() + claims.len().div_ceil(3) * 4 + 2 + 88);
    token.push_str(&header.encoded);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(&claims, &mut token);
    let tag = hmac::sign(&key.key, token.as_bytes());
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(tag.as_ref(), &mut token);
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::{hex, url};
    use serde_json::json;

    /// RFC 7515 appendix A.1: the key, the first two segments and the tag.
    const RFC_KEY: &str = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    const RFC_SIGNED: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const RFC_TAG: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    #[test]
    fn vector_of_rfc_7515_appendix_a_1() {
        let key = MacKey::new(MacAlgorithm::Hs256, &url(RFC_KEY));
        assert!(key.verify(RFC_SIGNED.as_bytes(), &url(RFC_TAG)));
        assert!(!key.verify(RFC_SIGNED.as_bytes(), &url(RFC_TAG)[1..]));
        assert!(!key.verify(&RFC_SIGNED.as_bytes()[1..], &url(RFC_TAG)));
        assert!(!MacKey::new(MacAlgorithm::Hs512, &url(RFC_KEY)).verify(RFC_SIGNED.as_bytes(), &url(RFC_TAG)));
    }

    #[test]
    fn vectors_of_rfc_4231_case_7() {
        let key = [0xaa; 131];
        let message =
            b"This is a test using a larger than block-size key and a larger than block-size data. The key needs \
                        to be hashed before being used by the HMAC algorithm.";
        let tags = [
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
            "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e",
            "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15\
             134676fb6de0446065c97440fa8c6a58",
        ];
        for (algorithm, expected) in MacAlgorithm::ALL.into_iter().zip(tags) {
            let key = MacKey::new(algorithm, &key);
            let tag = key.tag(message);
            assert_eq!((hex(&tag).as_str(), tag.len()), (expected, algorithm.length()));
            assert!(key.verify(message, &tag));
            assert!(!key.verify(b"another", &tag) && !key.verify(message, b""));
            assert!(!key.verify(message, &tag[..tag.len() - 1]), "half a tag is none");
        }
    }

    #[test]
    fn another_implementation_reads_what_we_write() {
        for algorithm in MacAlgorithm::ALL {
            let key = MacKey::new(algorithm, b"a secret of some length");
            let header = MacHeader::new(algorithm, "JWT", "k").unwrap();
            let token = sign(&key, &header, &json!({"sub": "ä"})).unwrap();
            let mut rules = jsonwebtoken::Validation::new(algorithm.as_str().parse().unwrap());
            rules.required_spec_claims.clear();
            rules.validate_exp = false;
            let theirs = jsonwebtoken::DecodingKey::from_secret(b"a secret of some length");
            let read = jsonwebtoken::decode::<serde_json::Value>(&token, &theirs, &rules).unwrap();
            assert_eq!(read.claims["sub"], "ä");
            assert_eq!(read.header.kid.as_deref(), Some("k"));
            let (signed, tag) = token.rsplit_once('.').unwrap();
            assert!(key.verify(signed.as_bytes(), &url(tag)));
        }
    }

    #[test]
    fn header_and_key_must_agree_and_debug_shows_no_secret() {
        let key = MacKey::new(MacAlgorithm::Hs256, b"hunter2");
        let header = MacHeader::new(MacAlgorithm::Hs512, "JWT", "k").unwrap();
        assert_eq!(sign(&key, &header, &json!({})), Err(KeyError::Unsuitable));
        assert_eq!(format!("{key:?}"), "MacKey { algorithm: Hs256, .. }");
        assert_eq!(MacAlgorithm::named("HS384"), Some(MacAlgorithm::Hs384));
        assert_eq!(MacAlgorithm::named("hs384"), None);
        assert_eq!(MacAlgorithm::named("none"), None);
    }
}
