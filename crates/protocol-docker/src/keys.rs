//! Public keys for registries: the JWKS, the certificate bundle, and the key that signs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use crypto::algorithm::{Algorithm, KeyKind};
use crypto::certificate::pem;
use crypto::jwk::{JwkDetails, KeyUse, render};
use http::{HeaderValue, header};
use identity::{Error, Identity, Realm, RealmId, RealmKey};
use protocol::InRealm;
use quick_cache::sync::Cache;
use serde_json::{Value, json};

use crate::error::TokenError;
use crate::settings::DockerClient;
use crate::{Docker, PROTOCOL};

/// Keys that every realm has: what Keycloak signs with, and the fastest that every registry understands.
const ALWAYS: [Algorithm; 2] = [Algorithm::Rs256, Algorithm::Es256];
const MOST_REALMS: usize = 1024;

/// The documents of each realm, written once for each snapshot.
pub(crate) struct Documents(Cache<RealmId, Arc<RealmDocuments>>);

struct RealmDocuments {
    version: i64,
    jwks: Bytes,
    bundle: Bytes,
}

impl Default for Documents {
    fn default() -> Self {
        Self(Cache::new(MOST_REALMS))
    }
}

/// Which document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Document {
    /// The JWKS.
    Jwks,
    /// The bundle of certificates.
    Bundle,
}

impl Documents {
    async fn get(&self, identity: &Identity, realm: &Arc<Realm>, which: Document) -> Result<Bytes, Error> {
        let known = self.0.get(&realm.id).filter(|known| known.version == realm.version);
        let documents = if let Some(known) = known {
            known
        } else {
            let realm = with_keys(identity, realm).await?;
            let made = Arc::new(RealmDocuments {
                version: realm.version,
                jwks: jwks(&realm)?.into(),
                bundle: bundle(&realm).into(),
            });
            self.0.insert(realm.id.clone(), Arc::clone(&made));
            made
        };
        Ok(match which {
            Document::Jwks => documents.jwks.clone(),
            Document::Bundle => documents.bundle.clone(),
        })
    }
}

/// The realm with every key that its registries will need, so that what they are given once does not lack one later.
///
/// # Errors
/// Of the store.
pub(crate) async fn with_keys(identity: &Identity, realm: &Arc<Realm>) -> Result<Arc<Realm>, Error> {
    let mut wanted: Vec<Algorithm> = ALWAYS.to_vec();
    for client in realm.clients().filter(|client| &*client.protocol == PROTOCOL) {
        if let Ok(settings) = &client.typed(DockerClient::read).settings
            && !wanted.contains(&settings.algorithm)
        {
            wanted.push(settings.algorithm);
        }
    }
    if wanted.iter().all(|algorithm| realm.keys().active(*algorithm).is_some()) {
        return Ok(Arc::clone(realm));
    }
    identity.ensure_keys(realm, &wanted).await
}

/// The key that signs for this algorithm, made at first need, and the snapshot that has it.
///
/// # Errors
/// Of the store.
pub(crate) async fn signing(
    identity: &Identity,
    realm: &Arc<Realm>,
    algorithm: Algorithm,
) -> Result<(Arc<Realm>, Arc<RealmKey>), Error> {
    if let Some(key) = realm.keys().active(algorithm) {
        return Ok((Arc::clone(realm), Arc::clone(key)));
    }
    let realm = identity.ensure_keys(realm, &[algorithm]).await?;
    let key = realm.keys().active(algorithm).map(Arc::clone);
    let key = key.ok_or_else(|| Error::fault(format!("no key for {algorithm} after it was made")))?;
    Ok((realm, key))
}

/// Every published key under each id that a token may name it by. Registry 3.x ends at start over a key that it cannot
/// parse: there are RSA, EC and Ed25519 signing keys here and nothing else.
///
/// # Errors
/// Only if it has no JSON form.
pub(crate) fn jwks(realm: &Realm) -> Result<Vec<u8>, Error> {
    let mut keys: Vec<Value> = Vec::new();
    for key in realm.keys().published() {
        let ids = key.pair.ids();
        let mut seen = BTreeSet::new();
        for kid in [ids.libtrust.as_str(), ids.rfc7638.as_str(), ids.spki.as_str(), key.kid.as_str()] {
            if !kid.is_empty() && seen.insert(kid) {
                let details =
                    JwkDetails { kid, usage: KeyUse::Signature, alg: only_algorithm(key.pair.kind()), chain: &[] };
                keys.push(render(key.pair.public_jwk(), &details));
            }
        }
    }
    serde_json::to_vec(&json!({ "keys": keys })).map_err(|error| Error::fault(format!("JWKS: {error}")))
}

/// The one algorithm that a key of this kind signs with; an RSA key has several, and naming one would forbid the others.
fn only_algorithm(kind: KeyKind) -> Option<&'static str> {
    match kind {
        KeyKind::P256 => Some("ES256"),
        KeyKind::P384 => Some("ES384"),
        KeyKind::P521 => Some("ES512"),
        KeyKind::Ed25519 => Some("EdDSA"),
        KeyKind::Rsa2048 | KeyKind::Rsa3072 | KeyKind::Rsa4096 => None,
    }
}

/// Certificates of all published RSA and EC keys. An Ed25519 certificate in it keeps registry 2.8 from starting.
pub(crate) fn bundle(realm: &Realm) -> String {
    // By key id, so that the bytes do not depend on which of them signs just now.
    let certificates: BTreeMap<&str, &Vec<u8>> = realm
        .keys()
        .published()
        .filter(|key| key.pair.kind() != KeyKind::Ed25519)
        .filter_map(|key| Some((key.id.as_str(), key.certificate.as_ref()?)))
        .collect();
    certificates.into_values().map(|certificate| pem("CERTIFICATE", certificate)).collect()
}

/// GET `/certs` and `/root-cert-bundle.pem`.
pub(crate) async fn serve(door: InRealm<Docker>, documents: &Documents, which: Document) -> Response {
    match documents.get(&door.portreeve.identity, &door.realm, which).await {
        Ok(bytes) => {
            let mut response = Body::from(bytes).into_response();
            let kind = match which {
                Document::Jwks => "application/json",
                Document::Bundle => "application/x-pem-file",
            };
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            // Public keys: any page may read them.
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            door.outcome.served();
            response
        }
        Err(error) => {
            if let Error::Busy { .. } = error {
                door.outcome.refused("busy", Vec::new());
            } else {
                door.outcome.fault(&error);
            }
            TokenError::Store(error).response(&door.realm.name, &[])
        }
    }
}
