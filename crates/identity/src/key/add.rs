//! Adding keys and changing what they may do.

use std::fmt;

use serde_json::Value;
use zeroize::Zeroizing;

use crate::{Error, KeyId, KeyStatus, RealmId, Tx};

/// A key that is still to be stored.
pub struct NewKey {
    /// Its row, if it has one already; else a random one.
    pub id: Option<KeyId>,
    /// Its name among the realm's components.
    pub name: String,
    /// Keycloak's provider, such as `rsa-generated`.
    pub provider_id: String,
    /// `RS256`, `ES256`, `RSA-OAEP`, `HS512`, `AES` …
    pub algorithm: String,
    /// `SIG` or `ENC`.
    pub key_use: String,
    /// What it may do.
    pub status: KeyStatus,
    /// Among several that could sign, the highest does.
    pub priority: i64,
    /// Its id in OIDC's JWKS.
    pub kid: String,
    /// The public half (SubjectPublicKeyInfo), of asymmetric keys.
    pub public_der: Option<Vec<u8>>,
    /// The certificate (DER).
    pub certificate: Option<Vec<u8>>,
    /// The private half (PKCS#8) or the symmetric secret; sealed at once.
    pub secret: Zeroizing<Vec<u8>>,
    /// The rest of Keycloak's component; null for none.
    pub document: Value,
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewKey").field("name", &self.name).field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl Tx {
    /// Stores a key.
    pub async fn add_key(&mut self, realm: &RealmId, key: NewKey) -> Result<KeyId, Error> {
        let _ = (realm, key);
        todo!()
    }

    /// Changes what a key may do.
    pub async fn change_key_status(&mut self, id: &KeyId, status: KeyStatus) -> Result<(), Error> {
        let _ = (id, status);
        todo!()
    }

    /// Removes a key for good.
    pub async fn remove_key(&mut self, id: &KeyId) -> Result<(), Error> {
        let _ = id;
        todo!()
    }
}
