//! Signing keys: made or read once, kept parsed, used from every thread.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaEncoding};
use zeroize::Zeroizing;

use crate::algorithm::{Algorithm, KeyKind};
use crate::der::{self, Reader};
use crate::jwk::PublicJwk;
use crate::public_key;

pub use crate::key_id::KeyIds;
pub use crate::public_key::{PublicKey, verify};

/// Why a key, a signature or a certificate could not be made or read. Never says anything about key material.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The bytes are not what they should be.
    Malformed,
    /// A well-formed key of a family, curve or size that is not one of [`KeyKind`].
    Unsupported,
    /// The key cannot sign with that algorithm, or the header was made for another.
    Unsuitable,
    /// The library refused to make a key or to sign.
    Failed,
    /// The claims have no JSON form.
    Claims,
    /// A subject name, host name or time that a certificate cannot carry.
    Certificate,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the key or certificate is malformed",
            Self::Unsupported => "a key of this family, curve or size is not supported",
            Self::Unsuitable => "the key does not suit the signature algorithm",
            Self::Failed => "the cryptographic library refused the operation",
            Self::Claims => "the claims cannot be written as JSON",
            Self::Certificate => "the certificate's subject, host names or times are not valid",
        })
    }
}

impl std::error::Error for KeyError {}

/// A signing key with its public half and ids.
///
/// Parsing an RSA key costs more than a signature with it, so it is done once and the key kept.
pub struct KeyPair {
    private: Private,
    public: PublicKey,
}

enum Private {
    Rsa(rsa::KeyPair),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl KeyPair {
    /// Makes a new key. RSA takes from 0.1 s to seconds of CPU: call it on a blocking thread.
    ///
    /// # Errors
    /// [`KeyError::Failed`] if the library cannot.
    pub fn generate(kind: KeyKind) -> Result<Self, KeyError> {
        let private = match kind {
            KeyKind::Rsa2048 => Private::Rsa(rsa::KeyPair::generate(KeySize::Rsa2048).map_err(failed)?),
            KeyKind::Rsa3072 => Private::Rsa(rsa::KeyPair::generate(KeySize::Rsa3072).map_err(failed)?),
            KeyKind::Rsa4096 => Private::Rsa(rsa::KeyPair::generate(KeySize::Rsa4096).map_err(failed)?),
            KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => {
                Private::Ecdsa(EcdsaKeyPair::generate(curve(kind)?).map_err(failed)?)
            }
            KeyKind::Ed25519 => Private::Ed25519(Ed25519KeyPair::generate().map_err(failed)?),
        };
        Self::with(private)
    }

    /// Reads an unencrypted PKCS#8 key.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] or [`KeyError::Unsupported`].
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let mut info = Reader::inside(der, der::SEQUENCE).ok_or(KeyError::Malformed)?;
        info.unsigned().ok_or(KeyError::Malformed)?;
        let family = public_key::family(info.enter(der::SEQUENCE).ok_or(KeyError::Malformed)?)?;
        let private = match family {
            None => Private::Rsa(rsa::KeyPair::from_pkcs8(der).map_err(malformed)?),
            // RFC 8410 §7: a version 1 file holds the seed alone, and the public half is derived from it. That is how
            // Java writes these keys; a version 2 file's public half is checked against the seed.
            Some(KeyKind::Ed25519) => {
                Private::Ed25519(Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(malformed)?)
            }
            Some(kind) => Private::Ecdsa(EcdsaKeyPair::from_pkcs8(curve(kind)?, der).map_err(malformed)?),
        };
        Self::with(private)
    }

    /// Reads a PKCS#1 `RSAPrivateKey`.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] or [`KeyError::Unsupported`].
    pub fn from_pkcs1(der: &[u8]) -> Result<Self, KeyError> {
        Self::with(Private::Rsa(rsa::KeyPair::from_der(der).map_err(malformed)?))
    }

    /// Reads a private key in either form: realm files carry RSA keys as PKCS#1 and others as PKCS#8.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] or [`KeyError::Unsupported`].
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        // Both begin SEQUENCE { INTEGER version, … }; PKCS#8 goes on with an algorithm, PKCS#1 with the modulus.
        let mut fields = Reader::inside(der, der::SEQUENCE).ok_or(KeyError::Malformed)?;
        fields.unsigned().ok_or(KeyError::Malformed)?;
        match fields.peek() {
            Some(der::SEQUENCE) => Self::from_pkcs8(der),
            Some(der::INTEGER) => Self::from_pkcs1(der),
            _ => Err(KeyError::Malformed),
        }
    }

    fn with(private: Private) -> Result<Self, KeyError> {
        let spki: PublicKeyX509Der<'_> = match &private {
            Private::Rsa(key) => key.public_key().as_der(),
            Private::Ecdsa(key) => key.public_key().as_der(),
            Private::Ed25519(key) => key.public_key().as_der(),
        }
        .map_err(failed)?;
        let public = PublicKey::described(spki.as_ref())?;
        Ok(Self { private, public })
    }

    /// Family and size.
    pub fn kind(&self) -> KeyKind {
        self.public.kind()
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The public half as a DER `SubjectPublicKeyInfo`.
    pub fn spki_der(&self) -> &[u8] {
        self.public.spki_der()
    }

    /// The public half as a JWK, without private members.
    pub fn public_jwk(&self) -> &PublicJwk {
        self.public.jwk()
    }

    /// The three ids, computed once.
    pub fn ids(&self) -> &KeyIds {
        self.public.ids()
    }

    /// The private key as PKCS#8 (version 1), to be sealed at once.
    ///
    /// # Errors
    /// [`KeyError::Failed`] if the library cannot write it.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let copy = |der: &[u8]| Zeroizing::new(der.to_vec());
        Ok(match &self.private {
            Private::Rsa(key) => copy(AsDer::<Pkcs8V1Der<'_>>::as_der(key).map_err(failed)?.as_ref()),
            Private::Ecdsa(key) => copy(key.to_pkcs8v1().map_err(failed)?.as_ref()),
            Private::Ed25519(key) => copy(key.to_pkcs8v1().map_err(failed)?.as_ref()),
        })
    }

    /// An RSA key as PKCS#1, the form that realm files carry; `None` for other families.
    pub fn to_pkcs1(&self) -> Option<Zeroizing<Vec<u8>>> {
        if !self.kind().is_rsa() {
            return None;
        }
        let pkcs8 = self.to_pkcs8().ok()?;
        let mut info = Reader::inside(&pkcs8, der::SEQUENCE)?;
        info.unsigned()?;
        info.enter(der::SEQUENCE)?;
        Some(Zeroizing::new(info.expect(der::OCTET_STRING)?.to_vec()))
    }

    /// Signs `message`. The signature is in JOSE form: `r||s` in full width for ECDSA (RFC 7518 §3.4).
    ///
    /// # Errors
    /// [`KeyError::Unsuitable`] if the key is not for `algorithm`, [`KeyError::Failed`] if the library refuses.
    pub fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        if !algorithm.suits(self.kind()) {
            return Err(KeyError::Unsuitable);
        }
        match &self.private {
            Private::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(padding(algorithm)?, &SystemRandom::new(), message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
            Private::Ecdsa(key) => Ok(key.sign(&SystemRandom::new(), message).map_err(failed)?.as_ref().to_vec()),
            Private::Ed25519(key) => Ok(key.try_sign(message).map_err(failed)?.as_ref().to_vec()),
        }
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("public", &self.public).finish_non_exhaustive()
    }
}

fn curve(kind: KeyKind) -> Result<&'static EcdsaSigningAlgorithm, KeyError> {
    match kind {
        KeyKind::P256 => Ok(&signature::ECDSA_P256_SHA256_FIXED_SIGNING),
        KeyKind::P384 => Ok(&signature::ECDSA_P384_SHA384_FIXED_SIGNING),
        KeyKind::P521 => Ok(&signature::ECDSA_P521_SHA512_FIXED_SIGNING),
        _ => Err(KeyError::Unsupported),
    }
}

fn padding(algorithm: Algorithm) -> Result<&'static dyn RsaEncoding, KeyError> {
    match algorithm {
        Algorithm::Rs256 => Ok(&signature::RSA_PKCS1_SHA256),
        Algorithm::Rs384 => Ok(&signature::RSA_PKCS1_SHA384),
        Algorithm::Rs512 => Ok(&signature::RSA_PKCS1_SHA512),
        Algorithm::Ps256 => Ok(&signature::RSA_PSS_SHA256),
        Algorithm::Ps384 => Ok(&signature::RSA_PSS_SHA384),
        Algorithm::Ps512 => Ok(&signature::RSA_PSS_SHA512),
        _ => Err(KeyError::Unsuitable),
    }
}

fn failed(_: aws_lc_rs::error::Unspecified) -> KeyError {
    KeyError::Failed
}

/// A key that is only too small or too large is told apart: old realms hold RSA keys of 1024 bits.
fn malformed(rejected: aws_lc_rs::error::KeyRejected) -> KeyError {
    match rejected.description_() {
        "TooSmall" | "TooLarge" => KeyError::Unsupported,
        _ => KeyError::Malformed,
    }
}

#[cfg(test)]
mod tests;
