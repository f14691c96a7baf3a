//! Agreeing on a key over an elliptic curve (RFC 7518 §4.6).

use aws_lc_rs::agreement::{self, PrivateKey, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::KeyManagement;
use crate::algorithm::KeyKind;
use crate::digest::sha256;
use crate::jwk::PublicJwk;
use crate::key::KeyError;
use crate::public_key::PublicKey;

/// What both sides mix into the key besides the shared secret.
pub(super) struct Context<'a> {
    pub(super) algorithm: KeyManagement,
    /// The content encryption's name, which counts where its key is agreed on directly.
    pub(super) encryption: &'static str,
    pub(super) party_u: &'a [u8],
    pub(super) party_v: &'a [u8],
    /// Bytes of the key.
    pub(super) length: usize,
}

/// The curve's algorithm.
pub(super) fn curve(kind: KeyKind) -> Option<&'static agreement::Algorithm> {
    match kind {
        KeyKind::P256 => Some(&agreement::ECDH_P256),
        KeyKind::P384 => Some(&agreement::ECDH_P384),
        KeyKind::P521 => Some(&agreement::ECDH_P521),
        _ => None,
    }
}

/// A key agreed on by an ephemeral key that is made for it, and that key's public half.
pub(super) fn begin(peer: &PublicKey, context: &Context<'_>) -> Result<(Zeroizing<Vec<u8>>, PublicJwk), KeyError> {
    let curve = curve(peer.kind()).ok_or(KeyError::Unsuitable)?;
    let own = PrivateKey::generate(curve).map_err(|_| KeyError::Failed)?;
    let public = own.compute_public_key().map_err(|_| KeyError::Failed)?;
    let public = point(peer.kind(), public.as_ref()).ok_or(KeyError::Failed)?;
    Ok((agree(&own, peer, context).ok_or(KeyError::Failed)?, public))
}

/// The key that both sides come to.
pub(super) fn agree(own: &PrivateKey, peer: &PublicKey, context: &Context<'_>) -> Option<Zeroizing<Vec<u8>>> {
    let peer = UnparsedPublicKey::new(curve(peer.kind())?, peer.spki_der());
    agreement::agree(own, peer, (), |shared| Ok(derive(shared, context))).ok()
}

/// A point in SEC 1's uncompressed form as a key.
fn point(kind: KeyKind, bytes: &[u8]) -> Option<PublicJwk> {
    let (form, both) = bytes.split_first()?;
    let (x, y) = both.split_at(both.len() / 2);
    (*form == 4).then(|| PublicJwk::Ec {
        crv: kind.as_str().to_owned(),
        x: URL_SAFE_NO_PAD.encode(x),
        y: URL_SAFE_NO_PAD.encode(y),
    })
}

/// RFC 7518 §4.6.2: NIST SP 800-56A's concatenation with SHA-256.
pub(super) fn derive(shared: &[u8], context: &Context<'_>) -> Zeroizing<Vec<u8>> {
    let name = if context.algorithm.wraps() { context.algorithm.as_str() } else { context.encryption };
    let mut other = Vec::new();
    for part in [name.as_bytes(), context.party_u, context.party_v] {
        other.extend((part.len() as u32).to_be_bytes());
        other.extend(part);
    }
    other.extend((context.length as u32 * 8).to_be_bytes());
    let mut key = Zeroizing::new(Vec::with_capacity(context.length + 32));
    let mut round = 1u32;
    while key.len() < context.length {
        let block = Zeroizing::new([&round.to_be_bytes()[..], shared, &other].concat());
        key.extend_from_slice(&*Zeroizing::new(sha256(&block)));
        round += 1;
    }
    key.truncate(context.length);
    key
}
