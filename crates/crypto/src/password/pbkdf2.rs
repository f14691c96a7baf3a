//! PBKDF2 (RFC 8018 §5.2) through aws-lc.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;

use super::Prf;

/// Fills `out` with the derived key.
pub(super) fn derive(prf: Prf, iterations: NonZeroU32, salt: &[u8], password: &[u8], out: &mut [u8]) {
    let algorithm = match prf {
        Prf::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
        Prf::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
        Prf::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
    };
    pbkdf2::derive(algorithm, iterations, salt, password, out);
}

impl Prf {
    /// Every function.
    pub const ALL: [Self; 3] = [Self::Sha1, Self::Sha256, Self::Sha512];

    /// Keycloak's id of the algorithm.
    pub const fn keycloak_id(self) -> &'static str {
        match self {
            Self::Sha1 => "pbkdf2",
            Self::Sha256 => "pbkdf2-sha256",
            Self::Sha512 => "pbkdf2-sha512",
        }
    }

    /// The function with this Keycloak id.
    pub fn from_keycloak_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|prf| prf.keycloak_id() == id)
    }

    /// Keycloak's default cost.
    pub(super) const fn default_iterations(self) -> u32 {
        match self {
            Self::Sha1 => 1_300_000,
            Self::Sha256 => 600_000,
            Self::Sha512 => 210_000,
        }
    }

    /// Bytes of hash that Keycloak makes today.
    pub(super) const fn default_hash_length(self) -> usize {
        match self {
            Self::Sha1 | Self::Sha512 => 64,
            Self::Sha256 => 32,
        }
    }
}
