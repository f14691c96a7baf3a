//! The sealing of secrets at rest under one master key.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::random::Random;
use crate::secret::Secret;

mod key_file;

pub use key_file::{KeyFileError, load, load_or_create};

/// First byte of everything sealed: AES-256-GCM under a key derived with the label below.
const VERSION: u8 = 1;
const TAG_LEN: usize = 16;
const SEALING_LABEL: &[u8] = b"portreeve seal v1";
const CHECK_LABEL: &[u8] = b"portreeve check value v1";
const PURPOSE_LABEL: &[u8] = b"portreeve purpose v1/";

/// Something sealed could not be opened: it was changed, belongs elsewhere, or was sealed under another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealError;

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the sealed value cannot be opened")
    }
}

impl std::error::Error for SealError {}

/// The key that all stored secrets are sealed under: 32 bytes, wiped when dropped.
pub struct MasterKey {
    bytes: Zeroizing<[u8; 32]>,
    sealing: LessSafeKey,
}

impl MasterKey {
    /// A new key.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = Zeroizing::new([0u8; 32]);
        random.fill(bytes.as_mut_slice());
        Self::with(bytes)
    }

    /// Reads what [`Self::to_base64`] wrote; surrounding white space is ignored.
    ///
    /// # Errors
    /// [`SealError`] if it is not base64 of 32 bytes.
    pub fn from_base64(text: &str) -> Result<Self, SealError> {
        // Decoded in place, so that no copy is left unwiped; the decoder wants room for the padding's byte as well.
        let mut decoded = Zeroizing::new([0u8; 33]);
        if STANDARD.decode_slice(text.trim(), decoded.as_mut_slice()) != Ok(32) {
            return Err(SealError);
        }
        let mut bytes = Zeroizing::new([0u8; 32]);
        bytes.copy_from_slice(decoded.first_chunk::<32>().ok_or(SealError)?);
        Ok(Self::with(bytes))
    }

    /// The key as standard base64, 44 characters.
    pub fn to_base64(&self) -> Secret {
        Secret::from(STANDARD.encode(self.bytes.as_slice()))
    }

    /// A value that tells keys apart and says nothing about them: stored in the database, it shows at start that the
    /// key file is not the one that the rows were sealed under.
    pub fn check_value(&self) -> [u8; 16] {
        let derived = derive(&self.bytes, CHECK_LABEL);
        derived.first_chunk().copied().unwrap_or_default()
    }

    /// A secret of its own for one purpose, which says nothing about the master key or any other purpose's.
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; 64]> {
        let mut out = Zeroizing::new([0u8; 64]);
        expand(&self.bytes, &[PURPOSE_LABEL, purpose.as_bytes()], out.as_mut_slice());
        out
    }

    /// Seals `plain`. `aad` says where it belongs (table, column, row): opening it elsewhere fails.
    ///
    /// The result is a version byte, the random nonce, the ciphertext and the tag: 29 bytes more than `plain`. Random
    /// nonces are safe for some 2^32 sealings under one key (NIST SP 800-38D §8.3), far more than secrets are stored.
    pub fn seal(&self, aad: &[u8], plain: &[u8], random: &dyn Random) -> Vec<u8> {
        let mut nonce = [0u8; NONCE_LEN];
        random.fill(&mut nonce);
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + plain.len() + TAG_LEN);
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let body = sealed.get_mut(1 + NONCE_LEN..).unwrap_or_default();
        let tag =
            self.sealing.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound(aad)), body);
        match tag {
            Ok(tag) => sealed.extend_from_slice(tag.as_ref()),
            // Only a plain text of more than 64 GiB is refused. Going on would store it in the clear.
            Err(_) => crate::fatal(),
        }
        sealed
    }

    /// Opens what [`Self::seal`] made with the same `aad`.
    ///
    /// # Errors
    /// [`SealError`] if a single bit of it or of `aad` differs, or the key is another.
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (version, rest) = sealed.split_first().ok_or(SealError)?;
        if *version != VERSION {
            return Err(SealError);
        }
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SealError)?;
        let mut plain = Zeroizing::new(body.to_vec());
        let length = self
            .sealing
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound(aad)), &mut plain)
            .map_err(|_| SealError)?
            .len();
        plain.truncate(length);
        Ok(plain)
    }

    fn with(bytes: Zeroizing<[u8; 32]>) -> Self {
        let derived = derive(&bytes, SEALING_LABEL);
        let sealing = UnboundKey::new(&AES_256_GCM, derived.as_slice()).unwrap_or_else(|_| crate::fatal());
        Self { bytes, sealing: LessSafeKey::new(sealing) }
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// The version byte stands outside the ciphertext, so it is authenticated with the caller's data.
fn bound(aad: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(1 + aad.len());
    whole.push(VERSION);
    whole.extend_from_slice(aad);
    whole
}

/// HKDF-SHA-256 (RFC 5869) with `label` as info: each purpose has its own key, none says anything about another.
fn derive(master: &[u8; 32], label: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0u8; 32]);
    expand(master, &[label], out.as_mut_slice());
    out
}

/// Fills `out` from the master key and the concatenation of `info`.
fn expand(master: &[u8; 32], info: &[&[u8]], out: &mut [u8]) {
    struct Length(usize);
    impl hkdf::KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(master);
    let filled = derived.expand(info, Length(out.len())).and_then(|material| material.fill(out));
    // Sixty-four bytes are far under HKDF's limit.
    if filled.is_err() {
        crate::fatal();
    }
}

#[cfg(test)]
mod tests;
