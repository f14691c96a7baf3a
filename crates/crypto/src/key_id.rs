//! The ids under which the world looks a key up. Three derivations exist and they never agree.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::digest::sha256;
use crate::jwk::PublicJwk;

/// The three ids of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyIds {
    /// libtrust fingerprint, which registry 2.x looks up: twelve groups of four base32 letters.
    pub libtrust: String,
    /// RFC 7638 thumbprint, which registry 3.x looks up.
    pub rfc7638: String,
    /// base64url(SHA-256(SubjectPublicKeyInfo)), which Keycloak puts into its OIDC key set.
    pub spki: String,
}

/// The libtrust fingerprint of a DER `SubjectPublicKeyInfo`.
// libtrust, key fingerprint: the first 240 bits of SHA-256, base32 without padding, a colon after every fourth letter.
pub fn libtrust(spki_der: &[u8]) -> String {
    let digest = sha256(spki_der);
    let letters = crate::base32::encode(digest.first_chunk::<30>().map_or(&[][..], |first| first.as_slice()));
    let mut id = String::with_capacity(letters.len() + letters.len() / 4);
    for (position, letter) in letters.chars().enumerate() {
        if position > 0 && position % 4 == 0 {
            id.push(':');
        }
        id.push(letter);
    }
    id
}

/// The RFC 7638 SHA-256 thumbprint of a public JWK.
// RFC 7638 §3.1 to §3.3 and RFC 8037 §2: only the members that define the key, sorted by name, as JSON without spaces.
pub fn rfc7638(jwk: &PublicJwk) -> String {
    let members: BTreeMap<&str, &str> = match jwk {
        PublicJwk::Rsa { n, e } => [("e", e.as_str()), ("kty", "RSA"), ("n", n)].into(),
        PublicJwk::Ec { crv, x, y } => [("crv", crv.as_str()), ("kty", "EC"), ("x", x), ("y", y)].into(),
        PublicJwk::Okp { crv, x } => [("crv", crv.as_str()), ("kty", "OKP"), ("x", x)].into(),
    };
    // A map of texts always has a JSON form.
    let canonical = serde_json::to_vec(&members).unwrap_or_else(|_| crate::fatal());
    URL_SAFE_NO_PAD.encode(sha256(&canonical))
}

/// base64url(SHA-256(`spki_der`)).
pub fn spki_sha256(spki_der: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(sha256(spki_der))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::public_key::PublicKey;
    use crate::vectors::{self, der};

    fn ids(spki: &str) -> KeyIds {
        PublicKey::from_spki(&der(spki)).unwrap().ids().clone()
    }

    #[test]
    fn the_rsa_key_of_rfc_7638() {
        let expected = KeyIds {
            libtrust: "VUZD:EDHW:YWLN:RBFQ:KOA3:UVZ2:XKG5:2V2J:WTPI:6SRD:U6PZ:VCO5".to_owned(),
            rfc7638: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs".to_owned(),
            spki: "rTIyDPbFltiEsFOBulc6uo3dV0m03o9KI6efmondrrI".to_owned(),
        };
        assert_eq!(ids(vectors::RFC7638_SPKI), expected);
    }

    #[test]
    fn the_p256_key_of_the_registry_specification() {
        let ids = ids(vectors::REGISTRY_SPKI);
        assert_eq!(ids.libtrust, "PYYO:TEWU:V7JH:26JV:AQTZ:LJC3:SXVJ:XGHA:34F2:2LAQ:ZRMK:Z7Q6");
        assert_eq!(ids.rfc7638, "8qjioA3ZA7ti2JIE7c-U8smBFuZolQZvhSHDPU3hhB8");
    }

    #[test]
    fn the_ed25519_key_of_rfc_8037() {
        let jwk =
            PublicJwk::Okp { crv: "Ed25519".to_owned(), x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned() };
        assert_eq!(rfc7638(&jwk), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_coordinate_with_a_leading_zero_keeps_its_padding() {
        for vector in vectors::LEADING_ZEROS {
            let key = PublicKey::from_spki(&der(vector.spki)).unwrap();
            let expected =
                PublicJwk::Ec { crv: vector.curve.to_owned(), x: vector.x.to_owned(), y: vector.y.to_owned() };
            assert_eq!(*key.jwk(), expected);
            assert_eq!(key.ids().rfc7638, vector.thumbprint);
        }
    }
}
