//! Making keys at first need.

use std::sync::Arc;

use crypto::{
    algorithm::{Algorithm, KeyKind},
    certificate::{CertificateRequest, self_signed},
    key::{KeyError, KeyPair},
};
use serde_json::{Value, json};

use super::{KeyStatus, NewKey, SIGNING};
use crate::{BoxFuture, Error, Identity, Realm, Timestamp, realm};

/// A certificate outlives its key: its bytes never change, so it is never renewed.
const CERTIFICATE_SECONDS: i64 = 20 * 365 * 24 * 3600;
/// Other machines' clocks may be behind ours.
const CERTIFICATE_EARLY_SECONDS: i64 = 24 * 3600;
/// Keycloak's priority of a new key.
pub(super) const PRIORITY: i64 = 100;

impl Identity {
    /// Sees to it that the realm has an active key for each of these algorithms, and answers the snapshot that has them.
    /// RS and PS share an RSA key. Keys are made off the async threads and once, however many ask.
    pub async fn ensure_keys(&self, realm: &Arc<Realm>, algorithms: &[Algorithm]) -> Result<Arc<Realm>, Error> {
        if missing(realm, algorithms).is_empty() {
            return Ok(Arc::clone(realm));
        }
        self.make_missing(realm, algorithms).await
    }

    fn make_missing<'a>(
        &'a self,
        realm: &'a Realm,
        algorithms: &'a [Algorithm],
    ) -> BoxFuture<'a, Result<Arc<Realm>, Error>> {
        Box::pin(async move {
            let _turn = self.0.making_keys.lock().await;
            let realm = self.same_realm(realm).await?;
            let kinds = missing(&realm, algorithms);
            if kinds.is_empty() {
                return Ok(realm);
            }
            let mut made = Vec::new();
            for (kind, algorithm) in kinds {
                made.push((algorithm, self.make_key(&realm, kind, algorithm, KeyStatus::Active, PRIORITY).await?));
            }
            let mut tx = self.begin().await?;
            // Another node may have been faster: its row is locked until commit, so that one of the two sees the other's keys.
            tx.lock_realm(&realm.id).await?;
            for (algorithm, key) in made {
                if !tx.has_active_key(&realm.id, algorithm).await? {
                    tx.add_key(&realm.id, key).await?;
                }
            }
            tx.touch_realm(&realm.id);
            tx.commit().await?;
            self.same_realm(&realm).await
        })
    }

    /// The newest snapshot of a realm.
    pub(super) async fn same_realm(&self, realm: &Realm) -> Result<Arc<Realm>, Error> {
        let found = realm::map::find(self, &realm.name).await?;
        found.filter(|found| found.id == realm.id).ok_or(Error::NotFound("realm"))
    }

    /// Makes a key and its certificate on a thread that may be busy for a while.
    pub(super) async fn make_key(
        &self,
        realm: &Realm,
        kind: KeyKind,
        algorithm: Algorithm,
        status: KeyStatus,
        priority: i64,
    ) -> Result<NewKey, Error> {
        let name = Arc::clone(&realm.name);
        let now = self.clock().now();
        let mut serial = [0; 16];
        self.random().fill(&mut serial);
        let made = tokio::task::spawn_blocking(move || -> Result<_, KeyError> {
            let pair = KeyPair::generate(kind)?;
            let certificate = certificate(&pair, &name, now, serial)?;
            let secret = pair.to_pkcs8()?;
            Ok((pair, certificate, secret))
        });
        let made = made.await.map_err(|error| Error::fault(format!("making a key: {error}")))?;
        let (pair, certificate, secret) = made.map_err(|error| Error::fault(format!("making a key: {error}")))?;
        let (provider_id, document) = component(kind, algorithm, priority);
        Ok(NewKey {
            id: None,
            name: provider_id.to_owned(),
            provider_id: provider_id.to_owned(),
            algorithm: algorithm.as_str().to_owned(),
            key_use: SIGNING.to_owned(),
            status,
            priority,
            kid: pair.ids().spki.clone(),
            public_der: Some(pair.spki_der().to_vec()),
            certificate: Some(certificate),
            secret,
            document,
        })
    }
}

/// A self-signed certificate in the realm's name. Its only use is to carry the key to those who trust by certificate.
pub(crate) fn certificate(pair: &KeyPair, realm: &str, now: Timestamp, serial: [u8; 16]) -> Result<Vec<u8>, KeyError> {
    let not_before = now.seconds() - CERTIFICATE_EARLY_SECONDS;
    self_signed(
        pair,
        &CertificateRequest {
            subject: realm,
            dns_names: &[&dns_label(realm)],
            not_before,
            not_after: not_before + CERTIFICATE_SECONDS,
            serial,
        },
    )
}

/// A realm's name as a DNS label (RFC 1035 section 2.3.1: letters, digits and inner hyphens, at most 63): readers of
/// certificates look at the alternative name and may refuse one that is no name.
fn dns_label(realm: &str) -> String {
    let letters = realm.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let label: String = letters.take(63).collect();
    match label.trim_matches('-') {
        "" => "realm".to_owned(),
        label => label.to_owned(),
    }
}

/// Kinds of key that are to be made so that all these algorithms have one, each with the algorithm it is made for.
fn missing(realm: &Realm, algorithms: &[Algorithm]) -> Vec<(KeyKind, Algorithm)> {
    let mut kinds: Vec<(KeyKind, Algorithm)> = Vec::new();
    for algorithm in algorithms {
        let in_sight = kinds.iter().any(|(kind, _)| algorithm.suits(*kind));
        if realm.keys().active(*algorithm).is_none() && !in_sight {
            let kind = algorithm.key_kind_default();
            // An RSA key is noted for the algorithm that every reader knows.
            kinds.push((kind, if kind.is_rsa() { Algorithm::Rs256 } else { *algorithm }));
        }
    }
    kinds
}

/// The Keycloak component of a key made here.
fn component(kind: KeyKind, algorithm: Algorithm, priority: i64) -> (&'static str, Value) {
    let (provider, config) = match kind {
        KeyKind::Rsa2048 | KeyKind::Rsa3072 | KeyKind::Rsa4096 => {
            let size = match kind {
                KeyKind::Rsa4096 => "4096",
                KeyKind::Rsa3072 => "3072",
                _ => "2048",
            };
            ("rsa-generated", json!({ "algorithm": [algorithm.as_str()], "keySize": [size] }))
        }
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => {
            let curve = match kind {
                KeyKind::P384 => "P-384",
                KeyKind::P521 => "P-521",
                _ => "P-256",
            };
            ("ecdsa-generated", json!({ "ecdsaEllipticCurveKey": [curve] }))
        }
        KeyKind::Ed25519 => ("eddsa-generated", json!({ "eddsaEllipticCurveKey": ["Ed25519"] })),
    };
    let mut document = json!({ "subComponents": {}, "config": { "priority": [priority.to_string()] } });
    if let (Some(Value::Object(all)), Value::Object(config)) = (document.get_mut("config"), config) {
        all.extend(config);
    }
    (provider, document)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_realm_name_gives_a_dns_label() {
        for (name, label) in [("Harbour", "harbour"), ("my realm!", "my-realm"), ("…", "realm"), ("-a-", "a")] {
            assert_eq!(dns_label(name), label);
        }
        assert_eq!(dns_label(&"x".repeat(200)).len(), 63);
    }

    #[test]
    fn a_component_says_what_the_key_is() {
        let (provider, document) = component(KeyKind::P384, Algorithm::Es384, 7);
        assert_eq!(provider, "ecdsa-generated");
        assert_eq!(document["config"], json!({ "priority": ["7"], "ecdsaEllipticCurveKey": ["P-384"] }));
    }
}
