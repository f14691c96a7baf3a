//! Reading a compact JWS that somebody else may have written (RFC 7515 §3.1, §5.2).
//!
//! The reader never decides which algorithm counts: whoever verifies names it together with the key, and the header has
//! to agree. An [`Algorithm`] has a public key and a [`MacKey`] a secret, so that neither `none` nor a public key
//! used as a secret can be spelt.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::mac::MacKey;
use crate::public_key::PublicKey;

/// A longer token is not looked at.
const MAX_TOKEN: usize = 64 * 1024;
/// A longer header is not looked at.
const MAX_HEADER: usize = 8 * 1024;
/// A longer key id names no key of ours or of anybody.
const MAX_KID: usize = 512;

/// The members of a JOSE header that anybody here goes by. Members that would name or bring a key (`jku`, `x5u`, `x5c`) are
/// not read at all: a key comes from a place that is trusted already.
#[derive(Debug, Clone, Deserialize)]
pub struct JoseHeader {
    /// Algorithm, as written.
    pub alg: String,
    /// Type of the whole, as written.
    #[serde(default)]
    pub typ: Option<String>,
    /// Which key.
    #[serde(default)]
    pub kid: Option<String>,
    /// A key that came with the token: only for proofs of possession, which are about that very key.
    #[serde(default)]
    pub jwk: Option<Value>,
    #[serde(default)]
    crit: Option<IgnoredAny>,
    #[serde(default)]
    b64: Option<IgnoredAny>,
}

/// A compact JWS, taken apart and not yet verified.
#[derive(Debug, Clone)]
pub struct Compact<'a> {
    header: JoseHeader,
    signed: &'a str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Compact<'a> {
    /// Takes a token apart; `None` for anything that is no compact JWS that we would verify.
    pub fn parse(token: &'a str) -> Option<Self> {
        if token.len() > MAX_TOKEN {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        if header.len() > MAX_HEADER || payload.contains('.') {
            return None;
        }
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let header: JoseHeader = serde_json::from_slice(&decode(header)?).ok()?;
        // RFC 7515 §4.1.11: who does not understand a member listed in `crit` refuses; we understand none. RFC 7797 §6:
        // `b64` changes what is signed.
        if header.crit.is_some() || header.b64.is_some() || header.kid.as_ref().is_some_and(|kid| kid.len() > MAX_KID) {
            return None;
        }
        Some(Self { header, signed, payload: decode(payload)?, signature: decode(signature)? })
    }

    /// The header, of which nothing is proven before the signature is.
    pub fn header(&self) -> &JoseHeader {
        &self.header
    }

    /// The claims before the signature is verified: to find out whose key to ask, and for nothing else.
    pub fn unverified<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.payload).ok()
    }

    /// The claims, if this key signed them with this algorithm and the header says so too.
    // RFC 8725 §3.1: an algorithm is bound to a key by whoever verifies, not by the token.
    pub fn verify<T: DeserializeOwned>(&self, key: &PublicKey, algorithm: Algorithm) -> Option<T> {
        let agrees = self.header.alg == algorithm.as_str();
        (agrees && key.verify(algorithm, self.signed.as_bytes(), &self.signature))
            .then(|| serde_json::from_slice(&self.payload).ok())
            .flatten()
    }

    /// The claims, if whoever knows this secret wrote them, with the algorithm that it was prepared for and that the header
    /// names too.
    pub fn verify_mac<T: DeserializeOwned>(&self, key: &MacKey) -> Option<T> {
        let agrees = self.header.alg == key.algorithm().as_str();
        (agrees && key.verify(self.signed.as_bytes(), &self.signature))
            .then(|| serde_json::from_slice(&self.payload).ok())
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::algorithm::KeyKind;
    use crate::jws::{EncodedHeader, sign};
    use crate::key::KeyPair;
    use crate::mac::{self, MacAlgorithm, MacHeader};

    fn part(value: &Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }

    fn signed(key: &KeyPair, algorithm: Algorithm) -> String {
        let header = EncodedHeader::new(algorithm, "JWT", "kid-1", None).unwrap();
        sign(key, algorithm, &header, &json!({"sub": "x"})).unwrap()
    }

    #[test]
    fn what_we_sign_is_read_with_the_right_key_and_algorithm_only() {
        let key = KeyPair::generate(KeyKind::P256).unwrap();
        let token = signed(&key, Algorithm::Es256);
        let compact = Compact::parse(&token).unwrap();
        assert_eq!(compact.header().kid.as_deref(), Some("kid-1"));
        assert_eq!(compact.verify::<Value>(key.public(), Algorithm::Es256), Some(json!({"sub": "x"})));
        assert_eq!(compact.verify::<Value>(key.public(), Algorithm::Es384), None);
        let other = KeyPair::generate(KeyKind::P256).unwrap();
        assert_eq!(compact.verify::<Value>(other.public(), Algorithm::Es256), None);
    }

    #[test]
    fn a32_none_in_any_spelling_verifies_with_no_key() {
        let key = KeyPair::generate(KeyKind::P256).unwrap();
        for alg in ["none", "None", "nOnE", "NONE", ""] {
            let token = format!("{}.{}.", part(&json!({"alg": alg})), part(&json!({"sub": "x"})));
            let compact = Compact::parse(&token).unwrap();
            for algorithm in Algorithm::ALL {
                assert_eq!(compact.verify::<Value>(key.public(), algorithm), None, "{alg}");
            }
            for algorithm in MacAlgorithm::ALL {
                assert_eq!(compact.verify_mac::<Value>(&MacKey::new(algorithm, b"")), None, "{alg}");
            }
        }
        // A stripped signature.
        let token = signed(&key, Algorithm::Es256);
        let stripped = format!("{}.", token.rsplit_once('.').unwrap().0);
        assert_eq!(Compact::parse(&stripped).unwrap().verify::<Value>(key.public(), Algorithm::Es256), None);
    }

    #[test]
    fn a33_a_public_key_is_no_secret() {
        let key = KeyPair::generate(KeyKind::P256).unwrap();
        let secret = MacKey::new(MacAlgorithm::Hs256, key.spki_der());
        let header = MacHeader::new(MacAlgorithm::Hs256, "JWT", "kid").unwrap();
        let token = mac::sign(&secret, &header, &json!({"sub": "x"})).unwrap();
        let compact = Compact::parse(&token).unwrap();
        // The tag itself is right, so only the algorithm stands against it.
        assert!(compact.verify_mac::<Value>(&secret).is_some());
        for algorithm in Algorithm::ALL {
            assert_eq!(compact.verify::<Value>(key.public(), algorithm), None);
        }
    }

    #[test]
    fn a34_headers_that_change_the_rules_are_refused() {
        let claims = part(&json!({}));
        for header in [
            json!({"alg": "ES256", "crit": ["exp"]}),
            json!({"alg": "ES256", "crit": []}),
            json!({"alg": "ES256", "b64": false}),
            json!({"alg": "ES256", "kid": "k".repeat(MAX_KID + 1)}),
            json!({"typ": "JWT"}),
            json!({"alg": ["ES256"]}),
            json!([]),
        ] {
            assert!(Compact::parse(&format!("{}.{claims}.AA", part(&header))).is_none(), "{header}");
        }
        let doubled = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","alg":"none"}"#);
        assert!(Compact::parse(&format!("{doubled}.{claims}.AA")).is_none());
    }

    #[test]
    fn only_three_parts_of_plain_base64url_are_a_token() {
        let header = part(&json!({"alg": "ES256"}));
        for text in ["", "a", "a.b", "a.b.c.d", "..", "....."] {
            assert!(Compact::parse(text).is_none(), "{text}");
        }
        assert!(Compact::parse(&format!("{header}.e30.AA==")).is_none());
        assert!(Compact::parse(&format!("{header}.e30.AA ")).is_none());
        assert!(Compact::parse(&format!("{header}.e30.{}", "A".repeat(MAX_TOKEN))).is_none());
        assert!(Compact::parse(&format!("{header}.e30.AA")).is_some());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[A-Za-z0-9._-]{0,200}", free in ".{0,200}") {
            for text in [text, free] {
                if let Some(compact) = Compact::parse(&text) {
                    prop_assert!(compact.verify_mac::<Value>(&MacKey::new(MacAlgorithm::Hs256, b"secret")).is_none());
                }
            }
        }
    }
}
