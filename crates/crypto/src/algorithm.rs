//! The signature algorithms and the kinds of key that they need.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A JOSE signature algorithm with a public key.
///
/// Algorithms with a shared secret (HS…) and `none` are not here on purpose: no key of this crate can be used for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// EdDSA, here always Ed25519.
    EdDsa,
}

/// A kind of signing key: family and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyKind {
    /// RSA with a modulus of 2048 bits.
    Rsa2048,
    /// RSA with a modulus of 3072 bits.
    Rsa3072,
    /// RSA with a modulus of 4096 bits.
    Rsa4096,
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
    /// Ed25519.
    Ed25519,
}

/// A name that is not one of [`Algorithm::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownAlgorithm;

impl fmt::Display for UnknownAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a supported signature algorithm")
    }
}

impl std::error::Error for UnknownAlgorithm {}

impl Algorithm {
    /// Every algorithm, in the order in which lists show them.
    pub const ALL: [Self; 10] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
    ];

    /// The name in a JOSE header (RFC 7518 §3.1, RFC 8037 §3.1).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The kind of key to make for this algorithm when nobody asked for a size.
    pub const fn key_kind_default(self) -> KeyKind {
        match self {
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512 => KeyKind::Rsa2048,
            Self::Es256 => KeyKind::P256,
            Self::Es384 => KeyKind::P384,
            Self::Es512 => KeyKind::P521,
            Self::EdDsa => KeyKind::Ed25519,
        }
    }

    /// Whether a key of `kind` can sign with this algorithm.
    // RFC 7518 §3.4: each ES algorithm is bound to one curve; a key of another curve must not be used with it.
    pub const fn suits(self, kind: KeyKind) -> bool {
        match self {
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512 => kind.is_rsa(),
            Self::Es256 => matches!(kind, KeyKind::P256),
            Self::Es384 => matches!(kind, KeyKind::P384),
            Self::Es512 => matches!(kind, KeyKind::P521),
            Self::EdDsa => matches!(kind, KeyKind::Ed25519),
        }
    }
}

impl KeyKind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Rsa2048, Self::Rsa3072, Self::Rsa4096, Self::P256, Self::P384, Self::P521, Self::Ed25519];

    /// Whether it is an RSA key of any size.
    pub const fn is_rsa(self) -> bool {
        matches!(self, Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096)
    }

    /// A readable name: `RSA-2048`, or the curve's JOSE name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rsa2048 => "RSA-2048",
            Self::Rsa3072 => "RSA-3072",
            Self::Rsa4096 => "RSA-4096",
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::Ed25519 => "Ed25519",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    /// JOSE names are case-sensitive (RFC 7515 §4.1.1).
    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name).ok_or(UnknownAlgorithm)
    }
}

impl Serialize for Algorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Algorithm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_are_case_sensitive() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
            assert!(algorithm.suits(algorithm.key_kind_default()));
        }
        for wrong in ["", "none", "HS256", "rs256", "ES256K", "EDDSA", "RS256 "] {
            assert_eq!(wrong.parse::<Algorithm>(), Err(UnknownAlgorithm), "{wrong}");
        }
    }

    #[test]
    fn an_elliptic_algorithm_takes_its_own_curve_only() {
        let kinds = |algorithm: Algorithm| KeyKind::ALL.into_iter().filter(move |kind| algorithm.suits(*kind));
        assert_eq!(kinds(Algorithm::Es256).collect::<Vec<_>>(), [KeyKind::P256]);
        assert_eq!(kinds(Algorithm::Es512).collect::<Vec<_>>(), [KeyKind::P521]);
        assert_eq!(kinds(Algorithm::EdDsa).collect::<Vec<_>>(), [KeyKind::Ed25519]);
        assert_eq!(kinds(Algorithm::Ps384).collect::<Vec<_>>(), [KeyKind::Rsa2048, KeyKind::Rsa3072, KeyKind::Rsa4096]);
    }

    #[test]
    fn serde_uses_the_jose_name() {
        assert_eq!(serde_json::to_string(&Algorithm::EdDsa).unwrap(), "\"EdDSA\"");
        assert_eq!(serde_json::from_str::<Algorithm>("\"ES512\"").unwrap(), Algorithm::Es512);
        assert!(serde_json::from_str::<Algorithm>("\"none\"").is_err());
    }
}
