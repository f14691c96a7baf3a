//! Public keys as JSON Web Keys (RFC 7517, RFC 7518 §6, RFC 8037 §2).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters, EllipticCurveKeyType, Jwk,
    OctetKeyPairParameters, OctetKeyPairType, PublicKeyUse, RSAKeyParameters, RSAKeyType,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::digest::{sha1_for_legacy_formats, sha256};

/// The members that define a public key, and no others: there is no room for a private member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty")]
pub enum PublicJwk {
    /// RSA: modulus and exponent, base64url without leading zeros.
    #[serde(rename = "RSA")]
    Rsa {
        /// Modulus.
        n: String,
        /// Exponent.
        e: String,
    },
    /// A NIST curve: both coordinates base64url in the field's full width.
    #[serde(rename = "EC")]
    Ec {
        /// `P-256`, `P-384` or `P-521`.
        crv: String,
        /// First coordinate.
        x: String,
        /// Second coordinate.
        y: String,
    },
    /// Ed25519.
    #[serde(rename = "OKP")]
    Okp {
        /// `Ed25519`.
        crv: String,
        /// The 32 bytes of the public key, base64url.
        x: String,
    },
}

/// What a key in a key set is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// `sig`.
    Signature,
    /// `enc`.
    Encryption,
}

/// What a key set says about a key besides the key.
#[derive(Debug, Clone, Copy)]
pub struct JwkDetails<'a> {
    /// The id it is listed under.
    pub kid: &'a str,
    /// What it is for.
    pub usage: KeyUse,
    /// The one algorithm it is for, by its JOSE name (`ES256`, `RSA-OAEP`), or any that suits.
    pub alg: Option<&'a str>,
    /// Its certificate chain, DER, own certificate first; may be empty.
    pub chain: &'a [Vec<u8>],
}

/// One entry of a key set, with `x5c`, `x5t` and `x5t#S256` if there is a certificate.
pub fn render(jwk: &PublicJwk, details: &JwkDetails<'_>) -> Value {
    let own = details.chain.first();
    let common = CommonParameters {
        public_key_use: Some(match details.usage {
            KeyUse::Signature => PublicKeyUse::Signature,
            KeyUse::Encryption => PublicKeyUse::Encryption,
        }),
        key_id: Some(details.kid.to_owned()),
        // RFC 7517 §4.7: standard base64 with padding here, unlike everywhere else in JOSE.
        x509_chain: own.map(|_| details.chain.iter().map(|der| STANDARD.encode(der)).collect()),
        // RFC 7517 §4.8, §4.9: digests of the first certificate's DER, base64url.
        x509_sha1_fingerprint: own.map(|der| URL_SAFE_NO_PAD.encode(sha1_for_legacy_formats(der))),
        x509_sha256_fingerprint: own.map(|der| URL_SAFE_NO_PAD.encode(sha256(der))),
        ..CommonParameters::default()
    };
    let key = Jwk { common, algorithm: parameters(jwk) };
    // Texts only: there is always a JSON form.
    let mut value = serde_json::to_value(key).unwrap_or_else(|_| crate::fatal());
    // jsonwebtoken's list of algorithms lacks ES512.
    if let (Some(alg), Some(members)) = (details.alg, value.as_object_mut()) {
        members.insert("alg".to_owned(), Value::from(alg));
    }
    // Its curve names are an enumeration; ours are the key's own.
    if let (PublicJwk::Ec { crv, .. } | PublicJwk::Okp { crv, .. }, Some(members)) = (jwk, value.as_object_mut()) {
        members.insert("crv".to_owned(), Value::from(crv.as_str()));
    }
    value
}

fn parameters(jwk: &PublicJwk) -> AlgorithmParameters {
    match jwk {
        PublicJwk::Rsa { n, e } => {
            AlgorithmParameters::RSA(RSAKeyParameters { key_type: RSAKeyType::RSA, n: n.clone(), e: e.clone() })
        }
        PublicJwk::Ec { crv, x, y } => AlgorithmParameters::EllipticCurve(EllipticCurveKeyParameters {
            key_type: EllipticCurveKeyType::EC,
            curve: match crv.as_str() {
                "P-384" => EllipticCurve::P384,
                "P-521" => EllipticCurve::P521,
                _ => EllipticCurve::P256,
            },
            x: x.clone(),
            y: y.clone(),
        }),
        PublicJwk::Okp { x, .. } => AlgorithmParameters::OctetKeyPair(OctetKeyPairParameters {
            key_type: OctetKeyPairType::OctetKeyPair,
            curve: EllipticCurve::Ed25519,
            x: x.clone(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::KeyPair;
    use crate::vectors::{self, der};
    use serde_json::json;

    const SIGNING: JwkDetails<'static> =
        JwkDetails { kid: "some-kid", usage: KeyUse::Signature, alg: Some("ES512"), chain: &[] };

    #[test]
    fn an_entry_without_certificate_has_exactly_these_members() {
        let [.., p521] = vectors::LEADING_ZEROS;
        let jwk = PublicJwk::Ec { crv: "P-521".to_owned(), x: p521.x.to_owned(), y: p521.y.to_owned() };
        let expected = json!({
            "kid": "some-kid", "use": "sig", "alg": "ES512", "kty": "EC", "crv": "P-521", "x": p521.x, "y": p521.y,
        });
        assert_eq!(render(&jwk, &SIGNING), expected);
    }

    #[test]
    fn a_certificate_brings_x5c_and_both_digests() {
        let key = KeyPair::from_der(&der(vectors::RFC8037_PKCS8)).unwrap();
        let chain = [b"abc".to_vec(), b"issuer".to_vec()];
        let entry = render(key.public_jwk(), &JwkDetails { alg: None, chain: &chain, ..SIGNING });
        assert_eq!(entry["x5c"], json!(["YWJj", "aXNzdWVy"]));
        // Digests of "abc" as in FIPS 180.
        assert_eq!(entry["x5t"], "qZk-NkcGgWq6PiVxeFDCbJzQ2J0");
        assert_eq!(entry["x5t#S256"], "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
        assert_eq!(entry["kty"], "OKP");
        assert_eq!(entry["crv"], "Ed25519");
        assert!(entry.get("alg").is_none());
    }

    #[test]
    fn no_private_member_is_ever_written() {
        let key = KeyPair::from_der(&der(vectors::RFC7515_A2_PKCS1)).unwrap();
        let usage = KeyUse::Encryption;
        let entry = render(key.public_jwk(), &JwkDetails { alg: Some("RSA-OAEP"), usage, ..SIGNING });
        let members = entry.as_object().unwrap();
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(!members.contains_key(private), "{private}");
        }
        assert_eq!(entry["use"], "enc");
        assert_eq!(entry["alg"], "RSA-OAEP");
        assert_eq!(entry["e"], "AQAB");
    }

    #[test]
    fn a_public_jwk_round_trips_as_json_and_drops_private_members() {
        let json = r#"{"kty":"OKP","crv":"Ed25519","x":"abc","d":"secret"}"#;
        let jwk: PublicJwk = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&jwk).unwrap(), r#"{"kty":"OKP","crv":"Ed25519","x":"abc"}"#);
        assert!(serde_json::from_str::<PublicJwk>(r#"{"kty":"oct","k":"secret"}"#).is_err());
    }
}
