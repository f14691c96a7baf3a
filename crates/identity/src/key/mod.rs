//! Keys of a realm: made at first need, published before they sign, kept until nobody holds their tokens.

mod add;
mod component;
mod defaults;
mod encryption;
pub(crate) mod entity;
mod internal;
mod lock;
mod make;
mod ring;
mod rotate;
mod secret;

use std::{fmt, str::FromStr};

use crypto::{algorithm::Algorithm, key::KeyPair};

pub use add::NewKey;
pub use component::KeyFacts;
pub use encryption::EncryptionKey;
pub(crate) use internal::InternalKey;
pub use internal::{InternalKind, InternalTokenError};
pub(crate) use make::certificate;
pub use ring::KeyRing;
pub(crate) use ring::ring_of;
pub use rotate::{KeyChange, Rotation};
pub use secret::SecretKey;

use crate::{Error, KeyId};

/// Keycloak's word for the use of a key that signs.
pub(crate) const SIGNING: &str = "SIG";
/// And of one that encrypts.
const ENCRYPTING: &str = "ENC";
/// Binds a sealed private half to its row.
pub(crate) const TABLE: &str = "realm_key";

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyStatus {
    /// Published, and will sign from the next rotation on.
    Next,
    /// Published and signs.
    Active,
    /// Published, no longer signs.
    Passive,
    /// Neither.
    Disabled,
}

impl KeyStatus {
    /// The word in the key's row.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Passive => "passive",
            Self::Disabled => "disabled",
        }
    }
}

impl fmt::Display for KeyStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyStatus {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        match word {
            "next" => Ok(Self::Next),
            "active" => Ok(Self::Active),
            "passive" => Ok(Self::Passive),
            "disabled" => Ok(Self::Disabled),
            _ => Err(Error::fault("a key has an unknown status")),
        }
    }
}

/// A signing key of a realm, parsed.
pub struct RealmKey {
    /// Its row.
    pub id: KeyId,
    /// What it may do.
    pub status: KeyStatus,
    /// The algorithm it was made for, if it was made for one.
    pub algorithm: Option<Algorithm>,
    /// Among several that could sign, the highest does.
    pub priority: i64,
    /// Its id in OIDC's JWKS.
    pub kid: String,
    /// The parsed pair.
    pub pair: KeyPair,
    /// Its certificate (DER), whose bytes never change.
    pub certificate: Option<Vec<u8>>,
}

impl fmt::Debug for RealmKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RealmKey")
            .field("id", &self.id)
            .field("kid", &self.kid)
            .field("status", &self.status)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
