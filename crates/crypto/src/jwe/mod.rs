//! Encrypted tokens: compact JWE (RFC 7516) with the algorithms of RFC 7518 §4 and §5 that are still good.
//!
//! RSA1_5 is not here: its padding can be asked for the key (RFC 8725 §3.2). Nor is `dir`, for which two parties would
//! have to share a secret, nor compression (`zip`), which tells by its length what was compressed and can be a bomb.

mod agreement;
mod content;
mod key;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::jwk::PublicJwk;
use crate::key::KeyError;
use crate::random::Random;

pub use content::ContentEncryption;
pub use key::{DecryptingKey, EncryptingKey, KeyManagement, read};

/// A longer token is not looked at.
const MAX_TOKEN: usize = 96 * 1024;
/// A longer header is not looked at.
const MAX_HEADER: usize = 8 * 1024;
/// A longer key id names no key of ours.
const MAX_KID: usize = 512;
/// Longer names of the parties are not mixed into a key.
const MAX_PARTY: usize = 1024;

/// Whom a token is encrypted for, and how.
#[derive(Debug, Clone, Copy)]
pub struct Recipient<'a> {
    /// Their key.
    pub key: &'a EncryptingKey,
    /// How the content's key reaches them.
    pub algorithm: KeyManagement,
    /// How the content is encrypted.
    pub encryption: ContentEncryption,
}

/// Members in the order in which Keycloak writes them.
#[derive(Serialize)]
struct Written<'a> {
    alg: &'static str,
    enc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cty: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epk: Option<&'a PublicJwk>,
}

/// A content key, and what tells the recipient of it.
struct Settled {
    key: Zeroizing<Vec<u8>>,
    encrypted: Vec<u8>,
    ephemeral: Option<PublicJwk>,
}

/// Encrypts `plaintext` (RFC 7516 §5.1). `content_type` is `JWT` where it is one.
///
/// # Errors
/// [`KeyError::Unsuitable`] if the key is not for the algorithm, [`KeyError::Failed`] if the library refuses.
pub fn encrypt(
    to: &Recipient<'_>,
    content_type: Option<&str>,
    plaintext: &[u8],
    random: &dyn Random,
) -> Result<String, KeyError> {
    let settled = key::settle(to, random)?;
    let header = Written {
        alg: to.algorithm.as_str(),
        enc: to.encryption.as_str(),
        cty: content_type,
        kid: to.key.kid.as_deref(),
        epk: settled.ephemeral.as_ref(),
    };
    let header = serde_json::to_vec(&header).map_err(|_| KeyError::Claims)?;
    let mut token = URL_SAFE_NO_PAD.encode(header);
    let mut iv = vec![0; to.encryption.iv_length()];
    random.fill(&mut iv);
    // Step 14: the header is authenticated as it stands on the wire.
    let (ciphertext, tag) = to.encryption.seal(&settled.key, &iv, token.as_bytes(), plaintext)?;
    for part in [&settled.encrypted, &iv, &ciphertext, &tag] {
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(part, &mut token);
    }
    Ok(token)
}

/// The members of a header that anybody here goes by.
#[derive(Debug, Clone, Deserialize)]
pub struct JweHeader {
    /// Key management algorithm, as written.
    pub alg: String,
    /// Content encryption algorithm, as written.
    pub enc: String,
    /// Which key of the recipient's.
    #[serde(default)]
    pub kid: Option<String>,
    /// Type of what is inside.
    #[serde(default)]
    pub cty: Option<String>,
    #[serde(default)]
    epk: Option<serde_json::Value>,
    #[serde(default)]
    apu: Option<String>,
    #[serde(default)]
    apv: Option<String>,
    #[serde(default)]
    crit: Option<IgnoredAny>,
    #[serde(default)]
    zip: Option<IgnoredAny>,
}

/// A compact JWE, taken apart and not yet decrypted.
#[derive(Debug, Clone)]
pub struct Encrypted<'a> {
    header: JweHeader,
    protected: &'a str,
    key: Vec<u8>,
    iv: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
}

impl<'a> Encrypted<'a> {
    /// Takes a token apart; `None` for anything that is no compact JWE that we would decrypt.
    pub fn parse(token: &'a str) -> Option<Self> {
        if token.len() > MAX_TOKEN {
            return None;
        }
        let parts: Vec<&str> = token.splitn(6, '.').collect();
        let [protected, key, iv, ciphertext, tag] = parts[..] else { return None };
        if protected.len() > MAX_HEADER {
            return None;
        }
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let header: JweHeader = serde_json::from_slice(&decode(protected)?).ok()?;
        // RFC 7516 §4.1.13: who does not understand a member listed in `crit` refuses; we understand none, nor `zip`.
        if header.crit.is_some() || header.zip.is_some() || header.kid.as_ref().is_some_and(|kid| kid.len() > MAX_KID) {
            return None;
        }
        Some(Self {
            header,
            protected,
            key: decode(key)?,
            iv: decode(iv)?,
            ciphertext: decode(ciphertext)?,
            tag: decode(tag)?,
        })
    }

    /// The header, of which nothing is proven.
    pub fn header(&self) -> &JweHeader {
        &self.header
    }

    /// What is inside, if it was encrypted for this key (RFC 7516 §5.2). Whatever is wrong, the answer is the same: who asks
    /// again and again with changed tokens learns nothing (§11.5).
    pub fn decrypt(&self, key: &DecryptingKey, random: &dyn Random) -> Option<Zeroizing<Vec<u8>>> {
        let algorithm: KeyManagement = self.header.alg.parse().ok()?;
        let encryption: ContentEncryption = self.header.enc.parse().ok()?;
        let content_key = key.content_key(self, algorithm, encryption, random)?;
        encryption.open(&content_key, &self.iv, self.protected.as_bytes(), &self.ciphertext, &self.tag)
    }

    /// Names of the two parties, which both mix into an agreed key (RFC 7518 §4.6.1.2, §4.6.1.3).
    fn parties(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let decode = |part: &Option<String>| match part {
            None => Some(Vec::new()),
            Some(text) if text.len() > MAX_PARTY => None,
            Some(text) => URL_SAFE_NO_PAD.decode(text).ok(),
        };
        Some((decode(&self.header.apu)?, decode(&self.header.apv)?))
    }
}
