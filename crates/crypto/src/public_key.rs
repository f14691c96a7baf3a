//! The public half of a key: its encodings, its ids, and the checking of signatures.

use std::fmt;
use std::sync::OnceLock;

use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::algorithm::{Algorithm, KeyKind};
use crate::der::{self, Reader};
use crate::jwk::PublicJwk;
use crate::key::KeyError;
use crate::key_id::{self, KeyIds};

/// DER contents of the object identifier `rsaEncryption` (RFC 8017 appendix C).
pub(crate) const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// `id-ecPublicKey` (RFC 5480 §2.1.1).
pub(crate) const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// `secp256r1`, `secp384r1`, `secp521r1` (RFC 5480 §2.1.1.1).
pub(crate) const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
pub(crate) const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
pub(crate) const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];
/// `id-Ed25519` (RFC 8410 §3).
pub(crate) const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// A public key that was parsed once, with everything that is derived from it.
pub struct PublicKey {
    kind: KeyKind,
    spki: Vec<u8>,
    jwk: PublicJwk,
    ids: KeyIds,
    /// Made at the first verification: a key that only signs does not pay for it.
    verifiers: OnceLock<Vec<(Algorithm, ParsedPublicKey)>>,
}

impl PublicKey {
    /// Parses a DER `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] if it is none, [`KeyError::Unsupported`] if the family, curve or size is not one of [`KeyKind`].
    pub fn from_spki(spki: &[u8]) -> Result<Self, KeyError> {
        let key = Self::described(spki)?;
        // Parsing by the library checks what the encoding cannot: that the point is on the curve.
        if key.verifiers().is_empty() { Err(KeyError::Malformed) } else { Ok(key) }
    }

    /// As [`Self::from_spki`], for an encoding that the library itself has just written.
    pub(crate) fn described(spki: &[u8]) -> Result<Self, KeyError> {
        let (kind, jwk) = describe(spki)?;
        let ids = KeyIds {
            libtrust: key_id::libtrust(spki),
            rfc7638: key_id::rfc7638(&jwk),
            spki: key_id::spki_sha256(spki),
        };
        Ok(Self { kind, spki: spki.to_vec(), jwk, ids, verifiers: OnceLock::new() })
    }

    /// Family and size.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The DER `SubjectPublicKeyInfo`.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// The key as a JWK.
    pub fn jwk(&self) -> &PublicJwk {
        &self.jwk
    }

    /// Its ids.
    pub fn ids(&self) -> &KeyIds {
        &self.ids
    }

    /// Whether `signature` (JOSE form: `r||s` for ECDSA) is this key's signature of `message` under `algorithm`.
    /// An algorithm that does not suit the key is a wrong signature.
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        self.verifiers()
            .iter()
            .find(|(candidate, _)| *candidate == algorithm)
            .is_some_and(|(_, key)| key.verify_sig(message, signature).is_ok())
    }

    fn verifiers(&self) -> &[(Algorithm, ParsedPublicKey)] {
        self.verifiers.get_or_init(|| {
            Algorithm::ALL
                .into_iter()
                .filter(|algorithm| algorithm.suits(self.kind))
                .filter_map(|algorithm| Some((algorithm, ParsedPublicKey::new(verifier(algorithm), &self.spki).ok()?)))
                .collect()
        })
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey").field("kind", &self.kind).field("id", &self.ids.rfc7638).finish_non_exhaustive()
    }
}

/// Whether `signature` is a signature of `message` under `algorithm` by the key with this `SubjectPublicKeyInfo`.
///
/// For a key that is used more than once, keep a [`PublicKey`].
pub fn verify(algorithm: Algorithm, spki_der: &[u8], message: &[u8], signature: &[u8]) -> bool {
    PublicKey::from_spki(spki_der).is_ok_and(|key| key.verify(algorithm, message, signature))
}

fn verifier(algorithm: Algorithm) -> &'static dyn VerificationAlgorithm {
    match algorithm {
        Algorithm::Rs256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Rs384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::Ps256 => &signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::Ps384 => &signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::Ps512 => &signature::RSA_PSS_2048_8192_SHA512,
        Algorithm::Es256 => &signature::ECDSA_P256_SHA256_FIXED,
        Algorithm::Es384 => &signature::ECDSA_P384_SHA384_FIXED,
        Algorithm::Es512 => &signature::ECDSA_P521_SHA512_FIXED,
        Algorithm::EdDsa => &signature::ED25519,
    }
}

/// The family that an `AlgorithmIdentifier` names; `None` inside for RSA, whose size the key itself says.
pub(crate) fn family(mut identifier: Reader<'_>) -> Result<Option<KeyKind>, KeyError> {
    let oid = identifier.expect(der::OID).ok_or(KeyError::Malformed)?;
    match oid {
        RSA_ENCRYPTION => Ok(None),
        ED25519 => Ok(Some(KeyKind::Ed25519)),
        EC_PUBLIC_KEY => match identifier.expect(der::OID).ok_or(KeyError::Unsupported)? {
            P256 => Ok(Some(KeyKind::P256)),
            P384 => Ok(Some(KeyKind::P384)),
            P521 => Ok(Some(KeyKind::P521)),
            _ => Err(KeyError::Unsupported),
        },
        _ => Err(KeyError::Unsupported),
    }
}

/// The subject public key inside a `SubjectPublicKeyInfo`, without its wrapping.
pub(crate) fn raw_key(spki: &[u8]) -> Option<&[u8]> {
    let mut info = Reader::inside(spki, der::SEQUENCE)?;
    info.enter(der::SEQUENCE)?;
    info.bits()
}

fn describe(spki: &[u8]) -> Result<(KeyKind, PublicJwk), KeyError> {
    let mut info = Reader::inside(spki, der::SEQUENCE).ok_or(KeyError::Malformed)?;
    let family = family(info.enter(der::SEQUENCE).ok_or(KeyError::Malformed)?)?;
    let raw = info.bits().ok_or(KeyError::Malformed)?;
    if !info.is_empty() {
        return Err(KeyError::Malformed);
    }
    match family {
        None => rsa(raw),
        Some(KeyKind::Ed25519) => okp(raw),
        Some(kind) => elliptic(kind, raw),
    }
}

fn rsa(raw: &[u8]) -> Result<(KeyKind, PublicJwk), KeyError> {
    let mut fields = Reader::inside(raw, der::SEQUENCE).ok_or(KeyError::Malformed)?;
    let modulus = fields.unsigned().ok_or(KeyError::Malformed)?;
    let exponent = fields.unsigned().ok_or(KeyError::Malformed)?;
    let kind = match modulus.len() {
        256 => KeyKind::Rsa2048,
        384 => KeyKind::Rsa3072,
        512 => KeyKind::Rsa4096,
        _ => return Err(KeyError::Unsupported),
    };
    // RFC 7518 §6.3.1: `n` and `e` are unsigned big-endian without extra leading zeros.
    Ok((kind, PublicJwk::Rsa { n: URL_SAFE_NO_PAD.encode(modulus), e: URL_SAFE_NO_PAD.encode(exponent) }))
}

fn elliptic(kind: KeyKind, raw: &[u8]) -> Result<(KeyKind, PublicJwk), KeyError> {
    let width = match kind {
        KeyKind::P256 => 32,
        KeyKind::P384 => 48,
        KeyKind::P521 => 66,
        _ => return Err(KeyError::Unsupported),
    };
    // SEC 1 §2.3.3: 4 announces an uncompressed point, both coordinates in full width.
    let coordinates = match raw.split_first() {
        Some((4, coordinates)) if coordinates.len() == 2 * width => coordinates,
        _ => return Err(KeyError::Malformed),
    };
    // RFC 7518 §6.2.1.2: a coordinate keeps the full width of its field, with leading zeros.
    let (x, y) = coordinates.split_at(width);
    let jwk =
        PublicJwk::Ec { crv: kind.as_str().to_owned(), x: URL_SAFE_NO_PAD.encode(x), y: URL_SAFE_NO_PAD.encode(y) };
    Ok((kind, jwk))
}

fn okp(raw: &[u8]) -> Result<(KeyKind, PublicJwk), KeyError> {
    if raw.len() != 32 {
        return Err(KeyError::Malformed);
    }
    Ok((KeyKind::Ed25519, PublicJwk::Okp { crv: KeyKind::Ed25519.as_str().to_owned(), x: URL_SAFE_NO_PAD.encode(raw) }))
}
