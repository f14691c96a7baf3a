//! Rotation: the next key is published before it signs, and the old one as long as its tokens live.

use std::sync::Arc;

use crypto::algorithm::KeyKind;

use crate::{Error, Identity, KeyId, KeyStatus, Realm};

/// A step of a rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// Makes and publishes a next key beside each active one that has none yet.
    Prepare,
    /// Next keys sign from now on, those before them no longer.
    Activate,
    /// This passive key is withdrawn.
    Retire(KeyId),
}

/// What a rotation did to one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChange {
    /// The key.
    pub id: KeyId,
    /// Its id in OIDC's JWKS.
    pub kid: String,
    /// Its kind.
    pub kind: KeyKind,
    /// What it may do now.
    pub status: KeyStatus,
}

impl Identity {
    /// Takes one step of a rotation and answers what changed.
    pub async fn rotate_keys(&self, realm: &Arc<Realm>, step: Rotation) -> Result<Vec<KeyChange>, Error> {
        let _ = (realm, step);
        todo!()
    }
}
