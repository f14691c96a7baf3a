//! The realm's public keys (RFC 7517).

use std::sync::Arc;

use axum::response::Response;
use bytes::Bytes;
use crypto::algorithm::{Algorithm, KeyKind};
use crypto::jwk::{JwkDetails, KeyUse, render};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use identity::{EncryptionKey, Error, Identity, Realm, RealmId, RealmKey};
use protocol::InRealm;
use quick_cache::sync::Cache;
use serde_json::{Map, Value, json};

use crate::door::DocumentDoor;
use crate::{PROTOCOL, Parts, cors, keys, response, settings};

const MOST_REALMS: usize = 1024;
/// Members in Keycloak's order.
const ORDER: [&str; 12] = ["kid", "kty", "alg", "use", "x5c", "x5t", "x5t#S256", "n", "e", "crv", "x", "y"];

/// The key set of each realm, written once for each snapshot.
pub(crate) struct KeyDocuments(Cache<RealmId, Arc<(i64, Bytes)>>);

impl Default for KeyDocuments {
    fn default() -> Self {
        Self(Cache::new(MOST_REALMS))
    }
}

impl KeyDocuments {
    async fn get(&self, identity: &Identity, realm: &Arc<Realm>) -> Result<Bytes, Error> {
        if let Some(known) = self.0.get(&realm.id).filter(|known| known.0 == realm.version) {
            return Ok(known.1.clone());
        }
        // With every key that a client's tokens will need, so that who reads the set once lacks none later.
        let realm = keys::ensure(identity, realm, &wanted(realm)).await?;
        let realm = identity.ensure_encryption_key(&realm).await?;
        let bytes = Bytes::from(document(&realm)?);
        self.0.insert(realm.id.clone(), Arc::new((realm.version, bytes.clone())));
        Ok(bytes)
    }
}

/// The algorithms that tokens of this realm have.
fn wanted(realm: &Realm) -> Vec<Algorithm> {
    let mut wanted = vec![settings::realm_algorithm(realm)];
    for client in realm.clients().filter(|client| &*client.protocol == PROTOCOL) {
        let named = [settings::ACCESS_TOKEN_ALGORITHM, settings::ID_TOKEN_ALGORITHM, settings::USER_INFO_ALGORITHM];
        let named = named.into_iter().filter_map(|name| client.attribute(name)?.parse().ok());
        named.for_each(|algorithm| {
            if !wanted.contains(&algorithm) {
                wanted.push(algorithm);
            }
        });
    }
    wanted
}

fn document(realm: &Realm) -> Result<Vec<u8>, Error> {
    let signing = realm.keys().published().map(|key| entry(key));
    let entries: Vec<Value> = signing.chain(realm.keys().encryption().map(|key| encryption_entry(key))).collect();
    serde_json::to_vec(&json!({ "keys": entries })).map_err(|error| Error::fault(format!("JWKS: {error}")))
}

fn entry(key: &RealmKey) -> Value {
    let kind = key.pair.kind();
    // Keycloak gives the certificates of RSA keys alone.
    let chain: Vec<Vec<u8>> = key.certificate.iter().filter(|_| kind.is_rsa()).cloned().collect();
    let details =
        JwkDetails { kid: &key.kid, usage: KeyUse::Signature, alg: Some(algorithm(key, kind)), chain: &chain };
    ordered(render(key.pair.public_jwk(), &details))
}

/// A key that others encrypt for, such as a client its request objects.
fn encryption_entry(key: &EncryptionKey) -> Value {
    let public = key.public();
    let chain: Vec<Vec<u8>> = key.certificate.iter().filter(|_| public.kind().is_rsa()).cloned().collect();
    let algorithm = Some(&*key.algorithm).filter(|algorithm| !algorithm.is_empty());
    let details = JwkDetails { kid: &key.kid, usage: KeyUse::Encryption, alg: algorithm, chain: &chain };
    ordered(render(public.jwk(), &details))
}

fn ordered(entry: Value) -> Value {
    let mut members = match entry {
        Value::Object(members) => members,
        other => return other,
    };
    let ordered: Map<String, Value> =
        ORDER.iter().filter_map(|name| Some(((*name).to_owned(), members.shift_remove(*name)?))).collect();
    Value::Object(ordered.into_iter().chain(members).collect())
}

/// The algorithm that the key was made for; an RSA key that was made for none is Keycloak's RS256.
fn algorithm(key: &RealmKey, kind: KeyKind) -> &'static str {
    let own = key.algorithm.filter(|algorithm| algorithm.suits(kind));
    own.or_else(|| Algorithm::ALL.into_iter().find(|algorithm| algorithm.suits(kind)))
        .map_or("RS256", Algorithm::as_str)
}

/// GET.
pub(crate) async fn serve(door: InRealm<DocumentDoor>, parts: &Parts, headers: &HeaderMap) -> Response {
    match parts.jwks.get(&door.portreeve.identity, &door.realm).await {
        Ok(bytes) => {
            let mut answer = response::json_bytes(StatusCode::OK, bytes);
            let out = answer.headers_mut();
            // RFC 7517 §8.5: the set's own media type, for who asks for it.
            let asked = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
            if asked.contains("application/jwk-set+json") {
                out.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/jwk-set+json"));
            }
            out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            cors::share(&mut answer, headers);
            door.outcome.served();
            answer
        }
        Err(error) => failed(door, error),
    }
}

/// A document that cannot be written now.
pub(crate) fn failed(door: InRealm<DocumentDoor>, error: Error) -> Response {
    let error = crate::error::OAuthError::Store(error);
    let answer = error.response();
    error.end(door.outcome, Vec::new());
    answer
}
