//! Rotation: the next key is published before it signs, and the old one as long as its tokens live.

use std::sync::Arc;

use crypto::algorithm::{Algorithm, KeyKind};

use crate::{Error, Identity, KeyId, KeyStatus, Realm, RealmKey};

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
        let _turn = self.0.making_keys.lock().await;
        let realm = self.same_realm(realm).await?;
        match step {
            Rotation::Prepare => self.prepare(&realm).await,
            Rotation::Activate => self.activate(&realm).await,
            Rotation::Retire(id) => self.retire(&realm, &id).await,
        }
    }

    async fn prepare(&self, realm: &Realm) -> Result<Vec<KeyChange>, Error> {
        let next: Vec<KeyKind> = with_status(realm, KeyStatus::Next).map(|key| key.pair.kind()).collect();
        let mut made = Vec::new();
        let mut kinds = Vec::new();
        for key in with_status(realm, KeyStatus::Active) {
            let kind = key.pair.kind();
            if next.contains(&kind) || kinds.contains(&kind) {
                continue;
            }
            kinds.push(kind);
            // Of several algorithms that the kind could serve, the new key is for the old one's.
            let suiting = Algorithm::ALL.into_iter().find(|algorithm| algorithm.suits(kind));
            let Some(algorithm) = key.algorithm.or(suiting) else { continue };
            made.push((kind, self.make_key(realm, kind, algorithm, KeyStatus::Next, key.priority).await?));
        }
        let mut tx = self.begin().await?;
        tx.lock_realm(&realm.id).await?;
        let mut changes = Vec::new();
        for (kind, key) in made {
            let kid = key.kid.clone();
            let id = tx.add_key(&realm.id, key).await?;
            changes.push(KeyChange { id, kid, kind, status: KeyStatus::Next });
        }
        tx.commit().await?;
        Ok(changes)
    }

    async fn activate(&self, realm: &Realm) -> Result<Vec<KeyChange>, Error> {
        let next: Vec<&Arc<RealmKey>> = with_status(realm, KeyStatus::Next).collect();
        if next.is_empty() {
            return Err(Error::Refused("no next key is published; prepare the rotation first".to_owned()));
        }
        let kinds: Vec<KeyKind> = next.iter().map(|key| key.pair.kind()).collect();
        let outgoing = with_status(realm, KeyStatus::Active).filter(|key| kinds.contains(&key.pair.kind()));
        let mut tx = self.begin().await?;
        tx.lock_realm(&realm.id).await?;
        let mut changes = Vec::new();
        let incoming = next.iter().map(|key| (*key, KeyStatus::Active));
        for (key, status) in outgoing.map(|key| (key, KeyStatus::Passive)).chain(incoming) {
            // Another node may have taken this step since the snapshot was read.
            if tx.key_status(key.id.as_str()).await? != Some(key.status) {
                return Err(Error::Refused("the keys are being rotated by another node".to_owned()));
            }
            tx.change_key_status(&key.id, status).await?;
            changes.push(change(key, status));
        }
        tx.commit().await?;
        Ok(changes)
    }

    async fn retire(&self, realm: &Realm, id: &KeyId) -> Result<Vec<KeyChange>, Error> {
        let key = realm.keys().by_id(id).ok_or(Error::NotFound("key"))?;
        let mut tx = self.begin().await?;
        tx.lock_realm(&realm.id).await?;
        match tx.key_status(id.as_str()).await? {
            None => return Err(Error::NotFound("key")),
            Some(KeyStatus::Active) => {
                return Err(Error::Refused("the key still signs; activate another first".to_owned()));
            }
            Some(KeyStatus::Disabled) => return Ok(Vec::new()),
            Some(KeyStatus::Passive | KeyStatus::Next) => {}
        }
        tx.change_key_status(id, KeyStatus::Disabled).await?;
        tx.commit().await?;
        Ok(vec![change(key, KeyStatus::Disabled)])
    }
}

fn with_status(realm: &Realm, status: KeyStatus) -> impl Iterator<Item = &Arc<RealmKey>> {
    realm.keys().all().filter(move |key| key.status == status)
}

fn change(key: &RealmKey, status: KeyStatus) -> KeyChange {
    KeyChange { id: key.id.clone(), kid: key.kid.clone(), kind: key.pair.kind(), status }
}
