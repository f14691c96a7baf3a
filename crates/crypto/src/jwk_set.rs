//! Public keys that others publish: a JWK or a JWK set (RFC 7517), read with bounds.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::algorithm::{Algorithm, KeyKind};
use crate::der;
use crate::jwk::PublicJwk;
use crate::key::KeyError;
use crate::public_key::{EC_PUBLIC_KEY, ED25519, P256, P384, P521, PublicKey, RSA_ENCRYPTION};

/// Members that only a private or symmetric key has (RFC 7518 §6.2.2, §6.3.2, §6.4.1; RFC 8037 §2).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A key that somebody else signs with.
#[derive(Debug)]
pub struct VerifyingKey {
    /// Its id in the set.
    pub kid: Option<String>,
    /// The one algorithm it is for, where it says so.
    pub algorithm: Option<Algorithm>,
    /// The key.
    pub key: PublicKey,
}

impl VerifyingKey {
    /// Whether a token with this `alg` and `kid` may have been signed with this key.
    pub fn suits(&self, algorithm: Algorithm, kid: Option<&str>) -> bool {
        algorithm.suits(self.key.kind())
            && self.algorithm.is_none_or(|own| own == algorithm)
            // RFC 7515 §4.1.4: the id is a hint; without one every key may be tried.
            && kid.is_none_or(|kid| self.kid.as_deref() == Some(kid))
    }
}

/// Reads a set. Keys for encryption and of kinds that we do not verify with are left out.
///
/// # Errors
/// [`KeyError::Malformed`] if it is no set or holds more than `most` entries.
pub fn read(set: &Value, most: usize) -> Result<Vec<VerifyingKey>, KeyError> {
    let entries = set.get("keys").and_then(Value::as_array).ok_or(KeyError::Malformed)?;
    if entries.len() > most {
        return Err(KeyError::Malformed);
    }
    Ok(entries.iter().filter_map(verifying).collect())
}

fn verifying(entry: &Value) -> Option<VerifyingKey> {
    let text = |member: &str| entry.get(member).and_then(Value::as_str);
    if text("use").is_some_and(|usage| usage != "sig") {
        return None;
    }
    let algorithm = match text("alg") {
        None => None,
        Some(name) => Some(name.parse().ok()?),
    };
    let kid = text("kid").map(str::to_owned);
    Some(VerifyingKey { kid, algorithm, key: read_key(entry).ok()? })
}

/// Reads one JWK's public half.
///
/// # Errors
/// [`KeyError::Malformed`] if it is no key, [`KeyError::Unsupported`] for another family, curve or size.
pub fn read_key(entry: &Value) -> Result<PublicKey, KeyError> {
    let jwk: PublicJwk = serde_json::from_value(entry.clone()).map_err(|_| KeyError::Malformed)?;
    PublicKey::from_spki(&spki(&jwk)?)
}

/// Whether a JWK holds more than a public key.
pub fn has_private_member(entry: &Value) -> bool {
    PRIVATE_MEMBERS.iter().any(|member| entry.get(member).is_some())
}

/// The `SubjectPublicKeyInfo` of a JWK.
fn spki(jwk: &PublicJwk) -> Result<Vec<u8>, KeyError> {
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::Malformed);
    let (identifier, key) = match jwk {
        PublicJwk::Rsa { n, e } => {
            let (modulus, exponent) = (decode(n)?, decode(e)?);
            // RFC 8017 §3.1: the exponent is odd and at least 3. With 1 every message is its own signature.
            if exponent.last().is_none_or(|last| last % 2 == 0) || exponent == [1] || exponent.len() > 8 {
                return Err(KeyError::Unsupported);
            }
            let numbers = [der::unsigned(&modulus), der::unsigned(&exponent)].concat();
            let identifier = [der::write(der::OID, RSA_ENCRYPTION), der::write(der::NULL, &[])].concat();
            (identifier, der::write(der::SEQUENCE, &numbers))
        }
        PublicJwk::Ec { crv, x, y } => {
            let (kind, oid, width) = match crv.as_str() {
                "P-256" => (KeyKind::P256, P256, 32),
                "P-384" => (KeyKind::P384, P384, 48),
                "P-521" => (KeyKind::P521, P521, 66),
                _ => return Err(KeyError::Unsupported),
            };
            let (x, y) = (decode(x)?, decode(y)?);
            // RFC 7518 §6.2.1.2: full width of the field, neither more nor less.
            if x.len() != width || y.len() != width || kind.as_str() != crv {
                return Err(KeyError::Malformed);
            }
            let identifier = [der::write(der::OID, EC_PUBLIC_KEY), der::write(der::OID, oid)].concat();
            (identifier, [&[4][..], &x, &y].concat())
        }
        PublicJwk::Okp { crv, x } if crv == "Ed25519" => (der::write(der::OID, ED25519), decode(x)?),
        PublicJwk::Okp { .. } => return Err(KeyError::Unsupported),
    };
    let info = [
        der::write(der::SEQUENCE, &identifier),
        // No bit of the last byte is unused.
        der::write(der::BIT_STRING, &[&[0][..], &key].concat()),
    ]
    .concat();
    Ok(der::write(der::SEQUENCE, &info))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::key::KeyPair;
    use crate::vectors::{self, der};

    #[test]
    fn every_kind_of_key_comes_back_as_it_was() {
        let pairs = [
            KeyPair::from_der(&der(vectors::RFC7515_A2_PKCS1)).unwrap(),
            KeyPair::generate(KeyKind::P256).unwrap(),
            KeyPair::generate(KeyKind::P384).unwrap(),
            KeyPair::generate(KeyKind::P521).unwrap(),
            KeyPair::generate(KeyKind::Ed25519).unwrap(),
        ];
        for pair in pairs {
            let entry = serde_json::to_value(pair.public_jwk()).unwrap();
            let read = read_key(&entry).unwrap();
            assert_eq!(read.spki_der(), pair.spki_der(), "{:?}", pair.kind());
        }
    }

    #[test]
    fn a38_weak_and_broken_keys_are_refused() {
        let rsa = KeyPair::from_der(&der(vectors::RFC7515_A2_PKCS1)).unwrap();
        let good = serde_json::to_value(rsa.public_jwk()).unwrap();
        for exponent in ["AQ", "Ag", "", "AAAAAAAAAAAAAQAB"] {
            let mut weak = good.clone();
            weak["e"] = json!(exponent);
            assert!(read_key(&weak).is_err(), "{exponent}");
        }
        let mut short = good.clone();
        short["n"] = json!(URL_SAFE_NO_PAD.encode([0xc1; 128]));
        assert!(matches!(read_key(&short), Err(KeyError::Unsupported)), "1024 bits");
        let zero = URL_SAFE_NO_PAD.encode([7; 32]);
        for broken in [
            json!({"kty": "EC", "crv": "P-256", "x": zero, "y": zero}),
            json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}),
            json!({"kty": "EC", "crv": "secp256k1", "x": zero, "y": zero}),
            json!({"kty": "OKP", "crv": "X25519", "x": zero}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": "AA"}),
            json!({"kty": "oct", "k": "c2VjcmV0"}),
            json!({}),
        ] {
            assert!(read_key(&broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn a38_a_set_is_bounded_and_keeps_what_signs() {
        let key = serde_json::to_value(KeyPair::generate(KeyKind::P256).unwrap().public_jwk()).unwrap();
        let with = |more: Value| {
            let mut entry = key.clone();
            entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            entry
        };
        let set = json!({"keys": [
            with(json!({"kid": "one", "use": "sig", "alg": "ES256"})),
            with(json!({"kid": "two", "use": "enc"})),
            with(json!({"kid": "three", "alg": "HS256"})),
            json!({"kty": "oct", "k": "c2VjcmV0", "kid": "four"}),
            with(json!({"kid": "five"})),
        ]});
        let keys = read(&set, 5).unwrap();
        assert_eq!(keys.iter().filter_map(|key| key.kid.as_deref()).collect::<Vec<_>>(), ["one", "five"]);
        assert!(read(&set, 4).is_err());
        assert!(read(&json!([]), 4).is_err());
        let [one, _] = keys.as_slice() else { panic!("two keys") };
        assert!(one.suits(Algorithm::Es256, Some("one")) && one.suits(Algorithm::Es256, None));
        assert!(!one.suits(Algorithm::Es256, Some("five")) && !one.suits(Algorithm::Es384, Some("one")));
    }

    #[test]
    fn private_members_are_seen() {
        assert!(has_private_member(&json!({"kty": "EC", "d": "x"})));
        assert!(has_private_member(&json!({"kty": "oct", "k": "x"})));
        assert!(!has_private_member(&json!({"kty": "EC", "crv": "P-256"})));
    }
}
