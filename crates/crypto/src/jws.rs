//! Compact JWS (RFC 7515 §7.1), written for the hot path: the header is encoded once, the key is kept parsed.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Serialize;

use crate::algorithm::Algorithm;
use crate::key::{KeyError, KeyPair};

/// A JOSE header in its wire form, made once for a key and a profile.
#[derive(Debug, Clone)]
pub struct EncodedHeader {
    algorithm: Algorithm,
    encoded: String,
}

/// The members in the order in which Keycloak writes them.
#[derive(Serialize)]
struct Header<'a> {
    alg: Algorithm,
    typ: &'a str,
    kid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    x5c: Option<Vec<String>>,
}

impl EncodedHeader {
    /// A header with `alg`, `typ`, `kid` and, if given, the certificate chain `x5c` (DER, own certificate first).
    ///
    /// # Errors
    /// [`KeyError::Claims`] if it has no JSON form.
    pub fn new(algorithm: Algorithm, typ: &str, kid: &str, x5c: Option<&[Vec<u8>]>) -> Result<Self, KeyError> {
        // RFC 7515 §4.1.6: standard base64 with padding, not base64url.
        let x5c = x5c.map(|chain| chain.iter().map(|der| STANDARD.encode(der)).collect());
        let json = serde_json::to_vec(&Header { alg: algorithm, typ, kid, x5c }).map_err(|_| KeyError::Claims)?;
        Ok(Self { algorithm, encoded: URL_SAFE_NO_PAD.encode(json) })
    }

    /// The algorithm that it announces.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The first segment of every token with this header.
    pub fn as_str(&self) -> &str {
        &self.encoded
    }
}

/// Signs `claims` and returns the compact JWS.
///
/// # Errors
/// [`KeyError::Unsuitable`] if header, key and algorithm do not agree, [`KeyError::Claims`] if the claims have no JSON
/// form, [`KeyError::Failed`] if the library refuses.
pub fn sign(
    key: &KeyPair,
    algorithm: Algorithm,
    header: &EncodedHeader,
    claims: &impl Serialize,
) -> Result<String, KeyError> {
    if header.algorithm != algorithm {
        return Err(KeyError::Unsuitable);
    }
    let claims = serde_json::to_vec(claims).map_err(|_| KeyError::Claims)?;
    // One allocation for the whole token: RSA-4096's 683 letters are the longest signature.
    let mut token = String::with_capacity(header.encoded.len() + encoded_len(claims.len()) + 2 + encoded_len(512));
    token.push_str(&header.encoded);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(&claims, &mut token);
    let signature = key.sign(algorithm, token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(&signature, &mut token);
    Ok(token)
}

/// The left half of a text's digest, base64url: what `at_hash`, `c_hash` and `s_hash` hold for a token of this algorithm.
// OpenID Connect Core §3.1.3.6 and §3.3.2.11: the digest is that of the token's own algorithm. Ed25519 uses SHA-512.
pub fn half_digest(algorithm: Algorithm, text: &str) -> String {
    let text = text.as_bytes();
    match algorithm {
        Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Es256 => half(&crate::digest::sha256(text)),
        Algorithm::Rs384 | Algorithm::Ps384 | Algorithm::Es384 => half(&crate::digest::sha384(text)),
        Algorithm::Rs512 | Algorithm::Ps512 | Algorithm::Es512 | Algorithm::EdDsa => half(&crate::digest::sha512(text)),
    }
}

fn half(digest: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest.split_at(digest.len() / 2).0)
}

fn encoded_len(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::KeyKind;
    use crate::vectors::{self, der, url};
    use serde_json::json;

    #[test]
    fn the_header_has_its_members_in_order_and_x5c_only_if_given() {
        let header = EncodedHeader::new(Algorithm::Rs256, "JWT", "AB:CD", None).unwrap();
        assert_eq!(url(header.as_str()), br#"{"alg":"RS256","typ":"JWT","kid":"AB:CD"}"#);
        let header = EncodedHeader::new(Algorithm::EdDsa, "at+jwt", "k\"1", Some(&[vec![0xfb, 0xff]])).unwrap();
        assert_eq!(url(header.as_str()), br#"{"alg":"EdDSA","typ":"at+jwt","kid":"k\"1","x5c":["+/8="]}"#);
    }

    #[test]
    fn a_token_verifies_over_its_first_two_segments() {
        let key = KeyPair::generate(KeyKind::P521).unwrap();
        let header = EncodedHeader::new(Algorithm::Es512, "JWT", &key.ids().rfc7638, None).unwrap();
        let token = sign(&key, Algorithm::Es512, &header, &json!({"sub": "ä", "n": 1})).unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let (first, claims) = signed.split_once('.').unwrap();
        assert_eq!(first, header.as_str());
        assert_eq!(url(claims), r#"{"sub":"ä","n":1}"#.as_bytes());
        assert!(key.public().verify(Algorithm::Es512, signed.as_bytes(), &url(signature)));
    }

    /// Another implementation reads what we write.
    #[test]
    fn jsonwebtoken_accepts_every_algorithm_that_it_knows() {
        let rsa = || KeyPair::from_der(&der(vectors::RFC7515_A2_PKCS1)).unwrap();
        for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| *algorithm != Algorithm::Es512) {
            let key = match algorithm.key_kind_default() {
                kind if kind.is_rsa() => rsa(),
                kind => KeyPair::generate(kind).unwrap(),
            };
            let header = EncodedHeader::new(algorithm, "JWT", "kid", None).unwrap();
            let token = sign(&key, algorithm, &header, &json!({"sub": "x", "aud": "y"})).unwrap();
            let details = crate::jwk::JwkDetails {
                kid: "kid",
                usage: crate::jwk::KeyUse::Signature,
                alg: Some(algorithm.as_str()),
                chain: &[],
            };
            let jwk = serde_json::from_value(crate::jwk::render(key.public_jwk(), &details)).unwrap();
            let theirs = algorithm.as_str().parse().unwrap();
            let mut rules = jsonwebtoken::Validation::new(theirs);
            rules.required_spec_claims.clear();
            rules.validate_exp = false;
            rules.set_audience(&["y"]);
            let decoding = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
            let read = jsonwebtoken::decode::<serde_json::Value>(&token, &decoding, &rules).unwrap();
            assert_eq!(read.claims["sub"], "x", "{algorithm}");
            assert_eq!(read.header.kid.as_deref(), Some("kid"));
        }
    }

    /// OpenID Connect Core, appendix A.3 and A.4.
    #[test]
    fn half_digests_are_those_of_the_specification() {
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(half_digest(Algorithm::Rs256, token), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(half_digest(Algorithm::Es384, token).len(), 32);
        assert_eq!(half_digest(Algorithm::EdDsa, token).len(), 43);
    }

    #[test]
    fn header_key_and_algorithm_must_agree() {
        let key = KeyPair::generate(KeyKind::P256).unwrap();
        let header = EncodedHeader::new(Algorithm::Es256, "JWT", "kid", None).unwrap();
        assert_eq!(sign(&key, Algorithm::Es384, &header, &json!({})), Err(KeyError::Unsuitable));
        let header = EncodedHeader::new(Algorithm::Rs256, "JWT", "kid", None).unwrap();
        assert_eq!(sign(&key, Algorithm::Rs256, &header, &json!({})), Err(KeyError::Unsuitable));
        // The key could sign either way, but the token would announce another algorithm than it is signed with.
        let rsa = KeyPair::from_der(&der(vectors::RFC7515_A2_PKCS1)).unwrap();
        assert_eq!(sign(&rsa, Algorithm::Ps256, &header, &json!({})), Err(KeyError::Unsuitable));
    }

    #[test]
    fn claims_without_a_json_form_are_an_error() {
        let key = KeyPair::generate(KeyKind::Ed25519).unwrap();
        let header = EncodedHeader::new(Algorithm::EdDsa, "JWT", "kid", None).unwrap();
        let claims = std::collections::HashMap::from([((1, 2), "a key that is no text")]);
        assert_eq!(sign(&key, Algorithm::EdDsa, &header, &claims), Err(KeyError::Claims));
    }

    #[test]
    fn the_token_is_written_into_one_allocation() {
        let key = KeyPair::from_der(&der(vectors::RFC7515_A2_PKCS1)).unwrap();
        let header = EncodedHeader::new(Algorithm::Ps256, "JWT", "kid", None).unwrap();
        let token = sign(&key, Algorithm::Ps256, &header, &json!({"sub": "x".repeat(5000)})).unwrap();
        let claims = format!(r#"{{"sub":"{}"}}"#, "x".repeat(5000)).len();
        assert_eq!(token.capacity(), header.as_str().len() + encoded_len(claims) + 2 + encoded_len(512));
    }
}
