//! HMAC with a kept key, as JOSE names it.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::hmac;

/// A keyed digest of JOSE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HmacAlgorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
}

impl HmacAlgorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hs256, Self::Hs384, Self::Hs512];

    /// Its name in RFC 7518 section 3.1.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }

    /// Bytes of a tag, and of a key at least.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Hs256 => 32,
            Self::Hs384 => 48,
            Self::Hs512 => 64,
        }
    }
}

/// The name of no algorithm here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownHmac;

impl FromStr for HmacAlgorithm {
    type Err = UnknownHmac;

    fn from_str(name: &str) -> Result<Self, UnknownHmac> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name).ok_or(UnknownHmac)
    }
}

/// The key has fewer bytes than its algorithm's tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShortKey;

impl fmt::Display for ShortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key is shorter than its digest")
    }
}

impl std::error::Error for ShortKey {}

/// A secret that makes and checks tags; prepared once.
pub struct HmacKey {
    algorithm: HmacAlgorithm,
    key: hmac::Key,
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HmacKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

impl HmacKey {
    /// Prepares a secret.
    ///
    /// # Errors
    /// [`ShortKey`].
    // RFC 7518 section 3.2: a key is at least as long as the digest.
    pub fn new(algorithm: HmacAlgorithm, secret: &[u8]) -> Result<Self, ShortKey> {
        if secret.len() < algorithm.length() {
            return Err(ShortKey);
        }
        let digest = match algorithm {
            HmacAlgorithm::Hs256 => hmac::HMAC_SHA256,
            HmacAlgorithm::Hs384 => hmac::HMAC_SHA384,
            HmacAlgorithm::Hs512 => hmac::HMAC_SHA512,
        };
        Ok(Self { algorithm, key: hmac::Key::new(digest, secret) })
    }

    /// What it was prepared for.
    #[must_use]
    pub fn algorithm(&self) -> HmacAlgorithm {
        self.algorithm
    }

    /// The tag of a message.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        hmac::sign(&self.key, message).as_ref().to_vec()
    }

    /// Whether this is the whole tag of the message; compared in constant time.
    #[must_use]
    pub fn verify(&self, message: &[u8], tag: &[u8]) -> bool {
        hmac::verify(&self.key, message, tag).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::hex;

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
        for (algorithm, expected) in HmacAlgorithm::ALL.into_iter().zip(tags) {
            let key = HmacKey::new(algorithm, &key).unwrap();
            let tag = key.sign(message);
            assert_eq!(hex(&tag), expected);
            assert!(key.verify(message, &tag));
            assert!(!key.verify(b"another", &tag) && !key.verify(message, b""));
            assert!(!key.verify(message, &tag[..tag.len() - 1]), "half a tag is none");
        }
    }

    #[test]
    fn a_short_key_and_an_unknown_name_are_refused() {
        for algorithm in HmacAlgorithm::ALL {
            assert_eq!(HmacKey::new(algorithm, &vec![1; algorithm.length() - 1]).map(|_| ()), Err(ShortKey));
            assert_eq!(algorithm.as_str().parse(), Ok(algorithm));
        }
        assert_eq!("none".parse::<HmacAlgorithm>(), Err(UnknownHmac));
        assert_eq!("RS256".parse::<HmacAlgorithm>(), Err(UnknownHmac));
    }

    #[test]
    fn a_key_is_not_shown() {
        let key = HmacKey::new(HmacAlgorithm::Hs256, b"0123456789abcdef0123456789abcdef").unwrap();
        assert_eq!(format!("{key:?}"), "HmacKey { algorithm: Hs256, .. }");
    }
}
