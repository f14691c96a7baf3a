//! A realm's secret keys: for what the realm itself will read again, and nobody else can check.

use std::fmt;

use crypto::mac::{MacAlgorithm, MacKey};

use super::{KeyStatus, TABLE, entity};
use crate::{Error, Identity, KeyId, sealing};

/// A secret key of a realm, prepared. It leaves the store in a realm's export only.
pub struct SecretKey {
    /// Its row.
    pub id: KeyId,
    /// What it may do.
    pub status: KeyStatus,
    /// Among several that could sign, the highest does.
    pub priority: i64,
    /// Its id in headers.
    pub kid: String,
    key: MacKey,
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretKey")
            .field("id", &self.id)
            .field("kid", &self.kid)
            .field("status", &self.status)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl SecretKey {
    /// Its algorithm.
    #[must_use]
    pub fn algorithm(&self) -> MacAlgorithm {
        self.key.algorithm()
    }

    /// The tag of a message.
    ///
    /// # Errors
    /// [`Error::Refused`] for a key that only verifies by now.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        if self.status != KeyStatus::Active {
            return Err(Error::Refused("the key is not an active one".to_owned()));
        }
        Ok(self.key.tag(message))
    }

    /// Whether the tag is this key's of this message. A disabled key verifies nothing.
    #[must_use]
    pub fn verify(&self, message: &[u8], tag: &[u8]) -> bool {
        self.status != KeyStatus::Disabled && self.key.verify(message, tag)
    }

    /// Opens a row.
    pub(super) fn open(identity: &Identity, algorithm: MacAlgorithm, row: entity::Model) -> Result<Self, Error> {
        let sealed = row.sealed.ok_or_else(|| Error::fault("the secret is missing"))?;
        let secret = sealing::open(&identity.0, TABLE, &row.id, &sealed)?;
        // RFC 7518 section 3.2: a key is at least as long as the digest.
        if secret.len() < algorithm.length() {
            return Err(Error::fault("the secret is shorter than its digest"));
        }
        let key = MacKey::new(algorithm, &secret);
        let status = row.status.parse()?;
        Ok(Self { id: KeyId::from(row.id), status, priority: row.priority, kid: row.kid, key })
    }
}
