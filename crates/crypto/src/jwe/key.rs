//! How the content's key reaches the recipient (RFC 7518 §4), and the keys for that.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::agreement::PrivateKey;
use aws_lc_rs::key_wrap::{self, AesKek, KeyWrap as _};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey, OaepPublicEncryptingKey,
    PrivateDecryptingKey, PublicEncryptingKey,
};
use serde_json::Value;
use zeroize::Zeroizing;

use super::agreement::{self, Context};
use super::{ContentEncryption, Encrypted, Recipient, Settled};
use crate::algorithm::KeyKind;
use crate::jwk_set;
use crate::key::{KeyError, KeyPair};
use crate::public_key::PublicKey;
use crate::random::Random;

/// A key management algorithm with a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyManagement {
    /// RSAES-OAEP with SHA-1, RFC 7518's default parameters; no weakness of SHA-1 touches it.
    RsaOaep,
    /// RSAES-OAEP with SHA-256.
    RsaOaep256,
    /// The agreed key is the content's.
    EcdhEs,
    /// The agreed key wraps the content's, with AES-128.
    EcdhEsA128Kw,
    /// The agreed key wraps the content's, with AES-256.
    EcdhEsA256Kw,
}

/// A name that is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownEncryption;

impl fmt::Display for UnknownEncryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a supported encryption algorithm")
    }
}

impl std::error::Error for UnknownEncryption {}

impl KeyManagement {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::RsaOaep, Self::RsaOaep256, Self::EcdhEs, Self::EcdhEsA128Kw, Self::EcdhEsA256Kw];

    /// The name in a header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RsaOaep => "RSA-OAEP",
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::EcdhEs => "ECDH-ES",
            Self::EcdhEsA128Kw => "ECDH-ES+A128KW",
            Self::EcdhEsA256Kw => "ECDH-ES+A256KW",
        }
    }

    /// Whether a key of this kind is for it.
    pub const fn suits(self, kind: KeyKind) -> bool {
        match self {
            Self::RsaOaep | Self::RsaOaep256 => kind.is_rsa(),
            Self::EcdhEs | Self::EcdhEsA128Kw | Self::EcdhEsA256Kw => {
                matches!(kind, KeyKind::P256 | KeyKind::P384 | KeyKind::P521)
            }
        }
    }

    /// Whether an agreed key wraps the content's.
    pub(super) const fn wraps(self) -> bool {
        matches!(self, Self::EcdhEsA128Kw | Self::EcdhEsA256Kw)
    }

    fn oaep(self) -> &'static OaepAlgorithm {
        if matches!(self, Self::RsaOaep) { &OAEP_SHA1_MGF1SHA1 } else { &OAEP_SHA256_MGF1SHA256 }
    }

    /// What both sides know of an agreed key.
    fn context<'a>(self, encryption: ContentEncryption, party_u: &'a [u8], party_v: &'a [u8]) -> Context<'a> {
        let length = match self {
            Self::EcdhEsA128Kw => 16,
            Self::EcdhEsA256Kw => 32,
            _ => encryption.key_length(),
        };
        Context { algorithm: self, encryption: encryption.as_str(), party_u, party_v, length }
    }
}

impl FromStr for KeyManagement {
    type Err = UnknownEncryption;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|known| known.as_str() == name).ok_or(UnknownEncryption)
    }
}

impl fmt::Display for KeyManagement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A key that somebody else decrypts with.
#[derive(Debug)]
pub struct EncryptingKey {
    /// Its id in the set.
    pub kid: Option<String>,
    /// The one algorithm it is for, where it says so.
    pub algorithm: Option<KeyManagement>,
    /// The key.
    pub key: PublicKey,
}

impl EncryptingKey {
    /// Whether a token with this algorithm may be encrypted for this key.
    pub fn suits(&self, algorithm: KeyManagement) -> bool {
        algorithm.suits(self.key.kind()) && self.algorithm.is_none_or(|own| own == algorithm)
    }
}

/// Reads the keys of a set that others may encrypt for. Keys for signatures, and of kinds that we do not encrypt for, are left out.
///
/// # Errors
/// [`KeyError::Malformed`] if it is no set or holds more than `most` entries.
pub fn read(set: &Value, most: usize) -> Result<Vec<EncryptingKey>, KeyError> {
    let entries = set.get("keys").and_then(Value::as_array).ok_or(KeyError::Malformed)?;
    if entries.len() > most {
        return Err(KeyError::Malformed);
    }
    Ok(entries.iter().filter_map(encrypting).collect())
}

fn encrypting(entry: &Value) -> Option<EncryptingKey> {
    let text = |member: &str| entry.get(member).and_then(Value::as_str);
    // RFC 7517 §4.2: a key without a use is for both.
    if text("use").is_some_and(|usage| usage != "enc") {
        return None;
    }
    let algorithm = match text("alg") {
        None => None,
        Some(name) => Some(name.parse().ok()?),
    };
    Some(EncryptingKey { kid: text("kid").map(str::to_owned), algorithm, key: jwk_set::read_key(entry).ok()? })
}

/// Makes a content key and encrypts it for the recipient, or agrees on one.
pub(super) fn settle(to: &Recipient<'_>, random: &dyn Random) -> Result<Settled, KeyError> {
    if !to.key.suits(to.algorithm) {
        return Err(KeyError::Unsuitable);
    }
    if to.key.key.kind().is_rsa() {
        let key = content_key(to.encryption, random);
        let public = PublicEncryptingKey::from_der(to.key.key.spki_der()).map_err(|_| KeyError::Malformed)?;
        let public = OaepPublicEncryptingKey::new(public).map_err(failed)?;
        let mut encrypted = vec![0; public.ciphertext_size()];
        let length = public.encrypt(to.algorithm.oaep(), &key, &mut encrypted, None).map_err(failed)?.len();
        encrypted.truncate(length);
        return Ok(Settled { key, encrypted, ephemeral: None });
    }
    let (agreed, ephemeral) = agreement::begin(&to.key.key, &to.algorithm.context(to.encryption, &[], &[]))?;
    if !to.algorithm.wraps() {
        return Ok(Settled { key: agreed, encrypted: Vec::new(), ephemeral: Some(ephemeral) });
    }
    let key = content_key(to.encryption, random);
    let mut encrypted = vec![0; key.len() + 8];
    kek(&agreed).ok_or(KeyError::Failed)?.wrap(&key, &mut encrypted).map_err(failed)?;
    Ok(Settled { key, encrypted, ephemeral: Some(ephemeral) })
}

fn content_key(encryption: ContentEncryption, random: &dyn Random) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(vec![0; encryption.key_length()]);
    random.fill(&mut key);
    key
}

fn kek(key: &[u8]) -> Option<AesKek> {
    let cipher = if key.len() == 16 { &key_wrap::AES_128 } else { &key_wrap::AES_256 };
    AesKek::new(cipher, key).ok()
}

fn failed(_: aws_lc_rs::error::Unspecified) -> KeyError {
    KeyError::Failed
}

/// A private key that tokens are decrypted with.
pub struct DecryptingKey {
    public: PublicKey,
    private: Private,
}

enum Private {
    Rsa(OaepPrivateDecryptingKey),
    Ec(PrivateKey),
}

impl DecryptingKey {
    /// Reads a private key: PKCS#8, or PKCS#1 for RSA.
    ///
    /// # Errors
    /// [`KeyError::Malformed`], or [`KeyError::Unsupported`] for a key that nothing can be encrypted for.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let pair = KeyPair::from_der(der)?;
        let pkcs8 = pair.to_pkcs8()?;
        let private = if pair.kind().is_rsa() {
            let key = PrivateDecryptingKey::from_pkcs8(&pkcs8).map_err(|_| KeyError::Malformed)?;
            Private::Rsa(OaepPrivateDecryptingKey::new(key).map_err(failed)?)
        } else {
            let curve = agreement::curve(pair.kind()).ok_or(KeyError::Unsupported)?;
            Private::Ec(PrivateKey::from_private_key_der(curve, &pkcs8).map_err(|_| KeyError::Malformed)?)
        };
        Ok(Self { public: PublicKey::from_spki(pair.spki_der())?, private })
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The content key of a token, or one that will not open it.
    pub(super) fn content_key(
        &self,
        token: &Encrypted<'_>,
        algorithm: KeyManagement,
        encryption: ContentEncryption,
        random: &dyn Random,
    ) -> Option<Zeroizing<Vec<u8>>> {
        // RFC 8725 §3.1: an algorithm goes with a kind of key, whatever the header says.
        if !algorithm.suits(self.public.kind()) {
            return None;
        }
        let found = match &self.private {
            Private::Rsa(key) => unseal(key, algorithm, &token.key),
            Private::Ec(own) => {
                let (party_u, party_v) = token.parties()?;
                // RFC 7518 §4.6.1.1; reading it checks that the point is on the curve.
                let peer = jwk_set::read_key(token.header.epk.as_ref()?).ok()?;
                if peer.kind() != self.public.kind() {
                    return None;
                }
                let agreed = agreement::agree(own, &peer, &algorithm.context(encryption, &party_u, &party_v))?;
                if algorithm.wraps() {
                    unwrap(&agreed, &token.key)
                } else {
                    // §4.6: where the key is agreed on directly, none is sent.
                    token.key.is_empty().then_some(agreed)
                }
            }
        };
        // RFC 7516 §11.5: a key that could not be had, or has the wrong length, is replaced by chance, and the tag will not
        // hold. So nobody learns at which step a token failed.
        let chance = content_key(encryption, random);
        Some(found.filter(|key| key.len() == encryption.key_length()).unwrap_or(chance))
    }
}

impl fmt::Debug for DecryptingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecryptingKey").field("public", &self.public).finish_non_exhaustive()
    }
}

fn unseal(key: &OaepPrivateDecryptingKey, algorithm: KeyManagement, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut out = Zeroizing::new(vec![0; key.min_output_size()]);
    let length = key.decrypt(algorithm.oaep(), sealed, &mut out, None).ok()?.len();
    out.truncate(length);
    Some(out)
}

fn unwrap(agreed: &[u8], wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut out = Zeroizing::new(vec![0; wrapped.len().checked_sub(8)?]);
    let length = kek(agreed)?.unwrap(wrapped, &mut out).ok()?.len();
    out.truncate(length);
    Some(out)
}
