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

fn encoded_len(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}
