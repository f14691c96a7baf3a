//! How a token names its key: the JOSE header for each registry profile.
//!
//! Registry 2.x looks the libtrust fingerprint up, 3.x the RFC 7638 thumbprint or a `kid` of its JWKS file; both check
//! `x5c` first, and one that they do not trust is final. So the header depends on what the registry was given.

use crypto::algorithm::Algorithm;
use crypto::jws::EncodedHeader;
use identity::{Error, KeyId, RealmKey};
use quick_cache::sync::Cache;
use std::sync::Arc;

use crate::settings::Profile;

/// Headers kept in memory; a realm has a few.
const MOST_HEADERS: usize = 4096;

/// Headers, each made once.
pub(crate) struct Headers(Cache<(KeyId, Profile, Algorithm), Arc<EncodedHeader>>);

impl Default for Headers {
    fn default() -> Self {
        Self(Cache::new(MOST_HEADERS))
    }
}

impl Headers {
    /// The header of a token that this key signs for registries of this profile.
    ///
    /// # Errors
    /// Only if it has no JSON form.
    pub(crate) fn get(
        &self,
        key: &RealmKey,
        profile: Profile,
        algorithm: Algorithm,
    ) -> Result<Arc<EncodedHeader>, Error> {
        self.0
            .get_or_insert_with(&(key.id.clone(), profile, algorithm), || encode(key, profile, algorithm).map(Arc::new))
    }
}

fn encode(key: &RealmKey, profile: Profile, algorithm: Algorithm) -> Result<EncodedHeader, Error> {
    let ids = key.pair.ids();
    let (kid, with_chain) = match profile {
        Profile::Any => (ids.libtrust.as_str(), true),
        Profile::Registry2 => (ids.libtrust.as_str(), false),
        Profile::Registry3 => (ids.rfc7638.as_str(), true),
        Profile::Jwks => (key.kid.as_str(), false),
    };
    let chain = key.certificate.clone().filter(|_| with_chain).map(|certificate| [certificate]);
    EncodedHeader::new(algorithm, "JWT", kid, chain.as_ref().map(<[_; 1]>::as_slice))
        .map_err(|error| Error::fault(format!("token header: {error}")))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use crypto::certificate::{CertificateRequest, self_signed};
    use crypto::key::KeyPair;
    use identity::KeyStatus;
    use serde_json::{Value, json};

    use super::*;

    fn key(kind: crypto::algorithm::KeyKind) -> RealmKey {
        let pair = KeyPair::generate(kind).unwrap();
        let request = CertificateRequest {
            subject: "harbour",
            dns_names: &["localhost"],
            not_before: 1_700_000_000,
            not_after: 2_100_000_000,
            serial: [1; 16],
        };
        let certificate = Some(self_signed(&pair, &request).unwrap());
        RealmKey {
            id: "k".into(),
            status: KeyStatus::Active,
            algorithm: None,
            priority: 100,
            kid: pair.ids().spki.clone(),
            pair,
            certificate,
        }
    }

    fn header(key: &RealmKey, profile: Profile) -> Value {
        let encoded = Headers::default().get(key, profile, Algorithm::Es256).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded.as_str()).unwrap()).unwrap()
    }

    #[test]
    fn t36_each_profile_has_the_header_that_its_registries_look_up() {
        let key = key(crypto::algorithm::KeyKind::P256);
        let ids = key.pair.ids().clone();
        let x5c = json!([STANDARD.encode(key.certificate.as_ref().unwrap())]);
        for (profile, kid, chain) in [
            (Profile::Any, ids.libtrust.clone(), Some(&x5c)),
            (Profile::Registry2, ids.libtrust, None),
            (Profile::Registry3, ids.rfc7638, Some(&x5c)),
            (Profile::Jwks, ids.spki, None),
        ] {
            let header = header(&key, profile);
            assert_eq!(header["kid"], kid.as_str(), "{profile:?}");
            assert_eq!(header.get("x5c"), chain, "{profile:?}");
            // A90: the key itself never travels with the token.
            assert!(header.get("jwk").is_none() && header.get("jku").is_none());
            assert_eq!((header["alg"].as_str(), header["typ"].as_str()), (Some("ES256"), Some("JWT")));
        }
    }
}
