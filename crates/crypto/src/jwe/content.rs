//! How the content is encrypted (RFC 7518 §5).

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{
    self, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use zeroize::Zeroizing;

use super::key::UnknownEncryption;
use crate::digest::equal;
use crate::key::KeyError;

/// A content encryption algorithm; all of them authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContentEncryption {
    /// AES-128 in CBC mode with HMAC-SHA-256.
    A128CbcHs256,
    /// AES-192 in CBC mode with HMAC-SHA-384.
    A192CbcHs384,
    /// AES-256 in CBC mode with HMAC-SHA-512.
    A256CbcHs512,
    /// AES-128 in Galois/Counter mode.
    A128Gcm,
    /// AES-192 in Galois/Counter mode.
    A192Gcm,
    /// AES-256 in Galois/Counter mode.
    A256Gcm,
}

impl ContentEncryption {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::A256Gcm, Self::A192Gcm, Self::A128Gcm, Self::A128CbcHs256, Self::A192CbcHs384, Self::A256CbcHs512];

    /// The name in a header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A128CbcHs256 => "A128CBC-HS256",
            Self::A192CbcHs384 => "A192CBC-HS384",
            Self::A256CbcHs512 => "A256CBC-HS512",
            Self::A128Gcm => "A128GCM",
            Self::A192Gcm => "A192GCM",
            Self::A256Gcm => "A256GCM",
        }
    }

    /// Bytes of a key: for CBC the authentication's half and the encryption's.
    pub(super) const fn key_length(self) -> usize {
        match self {
            Self::A128Gcm => 16,
            Self::A192Gcm => 24,
            Self::A256Gcm | Self::A128CbcHs256 => 32,
            Self::A192CbcHs384 => 48,
            Self::A256CbcHs512 => 64,
        }
    }

    pub(super) const fn iv_length(self) -> usize {
        match self {
            Self::A128Gcm | Self::A192Gcm | Self::A256Gcm => 12,
            Self::A128CbcHs256 | Self::A192CbcHs384 | Self::A256CbcHs512 => 16,
        }
    }

    fn mode(self) -> Mode {
        match self {
            Self::A128Gcm => Mode::Gcm(&aead::AES_128_GCM),
            Self::A192Gcm => Mode::Gcm(&aead::AES_192_GCM),
            Self::A256Gcm => Mode::Gcm(&aead::AES_256_GCM),
            Self::A128CbcHs256 => Mode::Cbc(&cipher::AES_128, hmac::HMAC_SHA256),
            Self::A192CbcHs384 => Mode::Cbc(&cipher::AES_192, hmac::HMAC_SHA384),
            Self::A256CbcHs512 => Mode::Cbc(&cipher::AES_256, hmac::HMAC_SHA512),
        }
    }

    /// Ciphertext and tag.
    pub(super) fn seal(
        self,
        key: &[u8],
        iv: &[u8],
        authenticated: &[u8],
        plaintext: &[u8],
    ) -> Result<(Vec<u8>, Vec<u8>), KeyError> {
        if key.len() != self.key_length() {
            return Err(KeyError::Unsuitable);
        }
        match self.mode() {
            Mode::Gcm(algorithm) => {
                let key = LessSafeKey::new(UnboundKey::new(algorithm, key).map_err(failed)?);
                let nonce = Nonce::try_assume_unique_for_key(iv).map_err(failed)?;
                let mut text = plaintext.to_vec();
                let tag = key
                    .seal_in_place_separate_tag(nonce, Aad::from(authenticated), &mut text)
                    .map_err(failed)?
                    .as_ref()
                    .to_vec();
                Ok((text, tag))
            }
            Mode::Cbc(algorithm, mac) => {
                // RFC 7518 §5.2.2.1: the first half authenticates, the second encrypts.
                let (mac_key, own) = key.split_at(key.len() / 2);
                let cipher = UnboundCipherKey::new(algorithm, own).map_err(failed)?;
                let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(cipher).map_err(failed)?;
                let context = EncryptionContext::Iv128(FixedLength::try_from(iv).map_err(failed)?);
                let mut text = plaintext.to_vec();
                cipher.less_safe_encrypt(&mut text, context).map_err(failed)?;
                let tag = tag(mac, mac_key, authenticated, iv, &text);
                Ok((text, tag))
            }
        }
    }

    /// The plaintext, if nothing was changed.
    pub(super) fn open(
        self,
        key: &[u8],
        iv: &[u8],
        authenticated: &[u8],
        ciphertext: &[u8],
        shown: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        if key.len() != self.key_length() {
            return None;
        }
        match self.mode() {
            Mode::Gcm(algorithm) => {
                // A shorter tag would be easier to guess.
                if shown.len() != algorithm.tag_len() {
                    return None;
                }
                let key = LessSafeKey::new(UnboundKey::new(algorithm, key).ok()?);
                let nonce = Nonce::try_assume_unique_for_key(iv).ok()?;
                let mut text = Zeroizing::new([ciphertext, shown].concat());
                let length = key.open_in_place(nonce, Aad::from(authenticated), &mut text).ok()?.len();
                text.truncate(length);
                Some(text)
            }
            Mode::Cbc(algorithm, mac) => {
                let (mac_key, own) = key.split_at(key.len() / 2);
                // RFC 7518 §5.2.2.2: the tag comes first; what does not hold is not decrypted, so that no padding is told.
                if !equal(&tag(mac, mac_key, authenticated, iv, ciphertext), shown) {
                    return None;
                }
                let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(algorithm, own).ok()?).ok()?;
                let context = DecryptionContext::Iv128(FixedLength::try_from(iv).ok()?);
                let mut text = Zeroizing::new(ciphertext.to_vec());
                let length = cipher.decrypt(&mut text, context).ok()?.len();
                text.truncate(length);
                Some(text)
            }
        }
    }
}

enum Mode {
    Gcm(&'static aead::Algorithm),
    Cbc(&'static cipher::Algorithm, hmac::Algorithm),
}

/// RFC 7518 §5.2.2.1: the left half of the code over header, vector, ciphertext, and the header's length in bits.
fn tag(algorithm: hmac::Algorithm, key: &[u8], authenticated: &[u8], iv: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    let mut context = hmac::Context::with_key(&hmac::Key::new(algorithm, key));
    context.update(authenticated);
    context.update(iv);
    context.update(ciphertext);
    context.update(&(authenticated.len() as u64 * 8).to_be_bytes());
    let whole = context.sign();
    let whole = whole.as_ref();
    whole.split_at(whole.len() / 2).0.to_vec()
}

fn failed(_: aws_lc_rs::error::Unspecified) -> KeyError {
    KeyError::Failed
}

impl FromStr for ContentEncryption {
    type Err = UnknownEncryption;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|known| known.as_str() == name).ok_or(UnknownEncryption)
    }
}

impl fmt::Display for ContentEncryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
