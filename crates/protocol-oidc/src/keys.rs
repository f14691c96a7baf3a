//! The keys that sign, and the headers that name them.

use std::sync::Arc;

use crypto::algorithm::Algorithm;
use crypto::jws::EncodedHeader;
use identity::{Error, Identity, KeyId, Realm, RealmKey};
use quick_cache::sync::Cache;

/// Headers kept in memory; a realm has a few.
const MOST_HEADERS: usize = 4096;

/// Type of most tokens (RFC 7519 §5.1).
pub(crate) const JWT: &str = "JWT";
/// Type of access tokens (RFC 9068 §2.1).
pub(crate) const AT_JWT: &str = "at+jwt";
/// Type of introspection answers (RFC 9701 §5).
pub(crate) const INTROSPECTION_JWT: &str = "token-introspection+jwt";

/// Type of log-out tokens (Back-Channel Logout 1.0 §2.4).
pub(crate) const LOGOUT_JWT: &str = "logout+jwt";

/// Headers, each made once.
pub(crate) struct Headers(Cache<(KeyId, &'static str, Algorithm), Arc<EncodedHeader>>);

impl Default for Headers {
    fn default() -> Self {
        Self(Cache::new(MOST_HEADERS))
    }
}

impl Headers {
    /// The header of a token of this type that this key signs.
    ///
    /// # Errors
    /// Only if it has no JSON form.
    pub(crate) fn get(
        &self,
        key: &RealmKey,
        typ: &'static str,
        algorithm: Algorithm,
    ) -> Result<Arc<EncodedHeader>, Error> {
        self.0.get_or_insert_with(&(key.id.clone(), typ, algorithm), || {
            EncodedHeader::new(algorithm, typ, &key.kid, None)
                .map(Arc::new)
                .map_err(|error| Error::fault(format!("token header: {error}")))
        })
    }
}

/// The realm with a key for each of these algorithms, made at first need.
///
/// # Errors
/// Of the store.
pub(crate) async fn ensure(
    identity: &Identity,
    realm: &Arc<Realm>,
    algorithms: &[Algorithm],
) -> Result<Arc<Realm>, Error> {
    if algorithms.iter().all(|algorithm| realm.keys().active(*algorithm).is_some()) {
        return Ok(Arc::clone(realm));
    }
    identity.ensure_keys(realm, algorithms).await
}

/// The key that signs for this algorithm.
///
/// # Errors
/// When there is none: [`ensure`] was to be asked first.
pub(crate) fn active(realm: &Realm, algorithm: Algorithm) -> Result<&Arc<RealmKey>, Error> {
    realm.keys().active(algorithm).ok_or_else(|| Error::fault(format!("no key for {algorithm} after it was made")))
}
