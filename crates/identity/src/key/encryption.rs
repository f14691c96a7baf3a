//! The realm's keys that others encrypt for.

use std::fmt;

use crypto::{
    jwe::{DecryptingKey, Encrypted},
    public_key::PublicKey,
};
use zeroize::Zeroizing;

use super::{KeyStatus, TABLE, entity};
use crate::{Error, Identity, KeyId, Realm, sealing};

/// A key that others encrypt for. Its private half leaves the store in a realm's export only.
pub struct EncryptionKey {
    /// Its row.
    pub id: KeyId,
    /// What it may do.
    pub status: KeyStatus,
    /// The highest comes first.
    pub priority: i64,
    /// Its id in headers.
    pub kid: String,
    /// The algorithm that it was made for, by its JOSE name.
    pub algorithm: String,
    /// Its certificate, DER.
    pub certificate: Option<Vec<u8>>,
    key: DecryptingKey,
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptionKey").field("id", &self.id).field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl EncryptionKey {
    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        self.key.public()
    }

    /// Opens a row.
    pub(super) fn open(identity: &Identity, row: entity::Model) -> Result<Self, Error> {
        let sealed = row.sealed.ok_or_else(|| Error::fault("the private half is missing"))?;
        let private = sealing::open(&identity.0, TABLE, &row.id, &sealed)?;
        let key =
            DecryptingKey::from_der(&private).map_err(|error| Error::fault(format!("the private half: {error}")))?;
        Ok(Self {
            status: row.status.parse()?,
            priority: row.priority,
            kid: row.kid,
            algorithm: row.algorithm,
            certificate: row.certificate,
            key,
            id: KeyId::from(row.id),
        })
    }
}

impl Identity {
    /// What is inside a token, if it was encrypted for a key of this realm that was not disabled. Without a key's id in its header
    /// the realm's keys are tried.
    #[must_use]
    pub fn decrypt(&self, realm: &Realm, token: &Encrypted<'_>) -> Option<Zeroizing<Vec<u8>>> {
        let named = token.header().kid.as_deref();
        let mut keys = realm.keys().encryption().filter(|key| named.is_none_or(|kid| kid == key.kid));
        keys.find_map(|key| token.decrypt(&key.key, self.random()))
    }
}
