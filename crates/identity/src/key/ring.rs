//! The signing keys of a realm's snapshot.

use std::sync::Arc;

use crypto::{algorithm::Algorithm, key::KeyPair, mac::MacAlgorithm};

use super::{ENCRYPTING, EncryptionKey, KeyStatus, RealmKey, SIGNING, SecretKey, TABLE, entity};
use crate::{Error, Identity, KeyId, sealing};

/// A realm's signing keys; the preferred come first.
#[derive(Debug, Default)]
pub struct KeyRing {
    keys: Vec<Arc<RealmKey>>,
    /// Who signs for each algorithm, so that a request does not search.
    signers: Vec<(Algorithm, Arc<RealmKey>)>,
    secrets: Vec<Arc<SecretKey>>,
    encryption: Vec<Arc<EncryptionKey>>,
}

impl KeyRing {
    /// Orders the keys (priority, then row, so that all nodes agree) and settles who signs what.
    pub(crate) fn new(mut keys: Vec<Arc<RealmKey>>, mut secrets: Vec<Arc<SecretKey>>) -> Self {
        keys.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.id.cmp(&b.id)));
        secrets.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.id.cmp(&b.id)));
        let signers = Algorithm::ALL
            .iter()
            .filter_map(|algorithm| {
                let mut able =
                    keys.iter().filter(|key| key.status == KeyStatus::Active && algorithm.suits(key.pair.kind()));
                // A key made for this very algorithm goes before one that merely could.
                let exact = able.clone().find(|key| key.algorithm == Some(*algorithm));
                exact.or_else(|| able.next()).map(|key| (*algorithm, Arc::clone(key)))
            })
            .collect();
        Self { keys, signers, secrets, encryption: Vec::new() }
    }

    /// With keys that others encrypt for.
    fn with_encryption(mut self, mut keys: Vec<Arc<EncryptionKey>>) -> Self {
        keys.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.id.cmp(&b.id)));
        self.encryption = keys;
        self
    }

    /// Keys that others encrypt for, the preferred first: those that are published.
    pub fn encryption(&self) -> impl Iterator<Item = &Arc<EncryptionKey>> {
        self.encryption.iter().filter(|key| key.status != KeyStatus::Disabled)
    }

    /// The key that signs for this algorithm.
    #[must_use]
    pub fn active(&self, algorithm: Algorithm) -> Option<&Arc<RealmKey>> {
        self.signers.iter().find(|(of, _)| *of == algorithm).map(|(_, key)| key)
    }

    /// Keys that are published: those that sign, will sign, or did.
    pub fn published(&self) -> impl Iterator<Item = &Arc<RealmKey>> {
        self.keys.iter().filter(|key| key.status != KeyStatus::Disabled)
    }

    /// All keys, disabled ones too.
    pub fn all(&self) -> impl Iterator<Item = &Arc<RealmKey>> {
        self.keys.iter()
    }

    /// The secret key that signs for this algorithm.
    #[must_use]
    pub fn secret(&self, algorithm: MacAlgorithm) -> Option<&Arc<SecretKey>> {
        self.secrets.iter().find(|key| key.status == KeyStatus::Active && key.algorithm() == algorithm)
    }

    /// The secret key that a header names, for verifying.
    #[must_use]
    pub fn secret_by_kid(&self, kid: &str) -> Option<&Arc<SecretKey>> {
        self.secrets.iter().find(|key| key.status != KeyStatus::Disabled && key.kid == kid)
    }

    /// A key by its row.
    #[must_use]
    pub fn by_id(&self, id: &KeyId) -> Option<&Arc<RealmKey>> {
        self.keys.iter().find(|key| key.id == *id)
    }
}

/// The ring of a realm's key rows. A key that cannot be opened is left out and told in the log: the others still sign.
pub(crate) fn ring_of(identity: &Identity, rows: Vec<entity::Model>) -> KeyRing {
    let told = |id: &str, error: &Error| tracing::error!(key = %id, %error, "a key of a realm cannot be used");
    let (mut keys, mut secrets, mut encryption) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let id = row.id.clone();
        if row.key_use == ENCRYPTING {
            // A secret one is for the realm's own use alone.
            if row.public_der.is_some() {
                match EncryptionKey::open(identity, row) {
                    Ok(key) => encryption.push(Arc::new(key)),
                    Err(error) => told(&id, &error),
                }
            }
            continue;
        }
        if row.key_use != SIGNING {
            continue;
        }
        if row.public_der.is_some() {
            match parse(identity, row) {
                Ok(key) => keys.push(Arc::new(key)),
                Err(error) => told(&id, &error),
            }
        } else if let Some(algorithm) = MacAlgorithm::named(&row.algorithm) {
            match SecretKey::open(identity, algorithm, row) {
                Ok(key) => secrets.push(Arc::new(key)),
                Err(error) => told(&id, &error),
            }
        }
    }
    KeyRing::new(keys, secrets).with_encryption(encryption)
}

fn parse(identity: &Identity, row: entity::Model) -> Result<RealmKey, Error> {
    let sealed = row.sealed.ok_or_else(|| Error::fault("the private half is missing"))?;
    let private = sealing::open(&identity.0, TABLE, &row.id, &sealed)?;
    let pair = KeyPair::from_pkcs8(&private).map_err(|error| Error::fault(format!("the private half: {error}")))?;
    Ok(RealmKey {
        status: row.status.parse()?,
        algorithm: row.algorithm.parse().ok(),
        priority: row.priority,
        kid: row.kid,
        pair,
        certificate: row.certificate,
        id: KeyId::from(row.id),
    })
}
