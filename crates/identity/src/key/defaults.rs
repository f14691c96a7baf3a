//! The keys that every realm of Keycloak has. Like all keys here they are made at first need.

use std::sync::Arc;

use crypto::{
    algorithm::{Algorithm, KeyKind},
    mac::MacAlgorithm,
    random::Random,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use zeroize::Zeroizing;

use super::{ENCRYPTING, KeyStatus, NewKey, SIGNING, entity, make::PRIORITY};
use crate::{Error, Identity, Realm};

/// A key that every realm has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DefaultKey {
    /// Signs what others check.
    Rsa,
    /// Opens what others encrypt for the realm.
    RsaEncryption,
    /// Signs what only the realm checks.
    Hmac,
    /// Encrypts what only the realm reads.
    Aes,
}

/// All of them, in Keycloak's order.
const ALL: [DefaultKey; 4] = [DefaultKey::RsaEncryption, DefaultKey::Rsa, DefaultKey::Aes, DefaultKey::Hmac];
/// Bytes of Keycloak's HMAC secret.
const HMAC_BYTES: usize = 128;
/// Bytes of an AES secret.
const AES_BYTES: usize = 32;

impl DefaultKey {
    fn algorithm(self) -> &'static str {
        match self {
            Self::Rsa => Algorithm::Rs256.as_str(),
            Self::RsaEncryption => "RSA-OAEP",
            Self::Hmac => MacAlgorithm::Hs512.as_str(),
            Self::Aes => "AES",
        }
    }

    fn key_use(self) -> &'static str {
        match self {
            Self::Rsa | Self::Hmac => SIGNING,
            Self::RsaEncryption | Self::Aes => ENCRYPTING,
        }
    }
}

impl Identity {
    /// Sees to it that the realm has the keys that every realm of Keycloak has: RS256, RSA-OAEP, HS512 and AES. Answers the
    /// snapshot that has them.
    pub async fn ensure_default_keys(&self, realm: &Arc<Realm>) -> Result<Arc<Realm>, Error> {
        self.ensure(realm, &ALL).await
    }

    /// Sees to it that the realm has an active HS512 key, and answers the snapshot that has it.
    pub async fn ensure_secret_key(&self, realm: &Arc<Realm>) -> Result<Arc<Realm>, Error> {
        if realm.keys().secret(MacAlgorithm::Hs512).is_some() {
            return Ok(Arc::clone(realm));
        }
        self.ensure(realm, &[DefaultKey::Hmac]).await
    }

    /// Sees to it that the realm has a key that others can encrypt for, and answers the snapshot that has it.
    pub async fn ensure_encryption_key(&self, realm: &Arc<Realm>) -> Result<Arc<Realm>, Error> {
        if realm.keys().encryption().next().is_some() {
            return Ok(Arc::clone(realm));
        }
        self.ensure(realm, &[DefaultKey::RsaEncryption]).await
    }

    async fn ensure(&self, realm: &Arc<Realm>, wanted: &[DefaultKey]) -> Result<Arc<Realm>, Error> {
        let _turn = self.0.making_keys.lock().await;
        let realm = self.same_realm(realm).await?;
        let present = active(&realm, self.store().reader()).await?;
        let mut made = Vec::new();
        for key in wanted.iter().filter(|key| !has(&present, **key)) {
            made.push((*key, self.make_default(&realm, *key).await?));
        }
        if made.is_empty() {
            return Ok(realm);
        }
        let mut tx = self.begin().await?;
        // Another node may have been faster.
        tx.lock_realm(&realm.id).await?;
        let present = active(&realm, tx.connection()).await?;
        for (key, new) in made.into_iter().filter(|(key, _)| !has(&present, *key)) {
            tracing::info!(realm = %realm.name, algorithm = key.algorithm(), "a key was made");
            tx.add_key(&realm.id, new).await?;
        }
        tx.touch_realm(&realm.id);
        tx.commit().await?;
        self.same_realm(&realm).await
    }

    async fn make_default(&self, realm: &Realm, key: DefaultKey) -> Result<NewKey, Error> {
        let random = self.random();
        match key {
            DefaultKey::Rsa => {
                self.make_key(realm, KeyKind::Rsa2048, Algorithm::Rs256, KeyStatus::Active, PRIORITY).await
            }
            DefaultKey::RsaEncryption => {
                let made = self.make_key(realm, KeyKind::Rsa2048, Algorithm::Rs256, KeyStatus::Active, PRIORITY);
                let config = json!({ "priority": [PRIORITY.to_string()] });
                Ok(NewKey {
                    name: "rsa-enc-generated".to_owned(),
                    provider_id: "rsa-enc-generated".to_owned(),
                    algorithm: key.algorithm().to_owned(),
                    key_use: key.key_use().to_owned(),
                    document: json!({ "subComponents": {}, "config": config }),
                    ..made.await?
                })
            }
            DefaultKey::Hmac => Ok(secret(key, "hmac-generated-hs512", "hmac-generated", HMAC_BYTES, random)),
            DefaultKey::Aes => Ok(secret(key, "aes-generated", "aes-generated", AES_BYTES, random)),
        }
    }
}

fn secret(key: DefaultKey, name: &str, provider: &str, bytes: usize, random: &dyn Random) -> NewKey {
    let mut secret = Zeroizing::new(vec![0; bytes]);
    random.fill(&mut secret);
    NewKey {
        id: None,
        name: name.to_owned(),
        provider_id: provider.to_owned(),
        algorithm: key.algorithm().to_owned(),
        key_use: key.key_use().to_owned(),
        status: KeyStatus::Active,
        priority: PRIORITY,
        kid: crypto::random::uuid(random).to_string(),
        public_der: None,
        certificate: None,
        secret,
        document: json!({ "subComponents": {}, "config": { "priority": [PRIORITY.to_string()] } }),
    }
}

/// Algorithm and use of the realm's active keys.
async fn active(realm: &Realm, on: &impl sea_orm::ConnectionTrait) -> Result<Vec<(String, String)>, Error> {
    let rows = entity::Entity::find()
        .filter(entity::Column::RealmId.eq(realm.id.as_str()))
        .filter(entity::Column::Status.eq(KeyStatus::Active.as_str()))
        .all(on)
        .await?;
    Ok(rows.into_iter().map(|row| (row.algorithm, row.key_use)).collect())
}

fn has(present: &[(String, String)], key: DefaultKey) -> bool {
    present.iter().any(|(algorithm, key_use)| algorithm == key.algorithm() && key_use == key.key_use())
}
