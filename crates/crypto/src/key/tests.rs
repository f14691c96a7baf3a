use super::*;
use crate::vectors::{self, der, url};

fn rsa() -> KeyPair {
    KeyPair::from_der(&der(vectors::RFC7515_A2_PKCS1)).unwrap()
}

#[test]
fn rs256_of_rfc_7515_a2() {
    let message = format!("eyJhbGciOiJSUzI1NiJ9.{}", vectors::RFC7515_PAYLOAD);
    let signature = rsa().sign(Algorithm::Rs256, message.as_bytes()).unwrap();
    assert_eq!(signature, url(vectors::RFC7515_A2_SIGNATURE));
}

#[test]
fn es256_and_es512_of_rfc_7515_a3_and_a4() {
    let message = format!("eyJhbGciOiJFUzI1NiJ9.{}", vectors::RFC7515_PAYLOAD);
    let (key, signature) = (der(vectors::RFC7515_A3_SPKI), url(vectors::RFC7515_A3_SIGNATURE));
    assert!(verify(Algorithm::Es256, &key, message.as_bytes(), &signature));
    assert!(!verify(Algorithm::Es256, &key, b"another message", &signature));
    assert!(!verify(Algorithm::Es384, &key, message.as_bytes(), &signature));

    let message = b"eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA";
    let (key, mut signature) = (der(vectors::RFC7515_A4_SPKI), url(vectors::RFC7515_A4_SIGNATURE));
    assert!(verify(Algorithm::Es512, &key, message, &signature));
    signature[7] ^= 1;
    assert!(!verify(Algorithm::Es512, &key, message, &signature));
}

#[test]
fn eddsa_of_rfc_8037() {
    let key = KeyPair::from_der(&der(vectors::RFC8037_PKCS8)).unwrap();
    assert_eq!(key.kind(), KeyKind::Ed25519);
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned();
    assert_eq!(*key.public_jwk(), PublicJwk::Okp { crv: "Ed25519".to_owned(), x });
    let signature = key.sign(Algorithm::EdDsa, b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc").unwrap();
    let expected = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert_eq!(signature, url(expected));
}

#[test]
fn every_algorithm_signs_with_every_key_that_suits_and_with_no_other() {
    let keys = [
        rsa(),
        KeyPair::generate(KeyKind::P256).unwrap(),
        KeyPair::generate(KeyKind::P384).unwrap(),
        KeyPair::generate(KeyKind::P521).unwrap(),
        KeyPair::generate(KeyKind::Ed25519).unwrap(),
    ];
    for algorithm in Algorithm::ALL {
        for key in &keys {
            let signed = key.sign(algorithm, b"message");
            if !algorithm.suits(key.kind()) {
                assert_eq!(signed, Err(KeyError::Unsuitable), "{algorithm} {}", key.kind());
                continue;
            }
            let signature = signed.unwrap();
            assert!(key.public().verify(algorithm, b"message", &signature), "{algorithm}");
            assert!(!key.public().verify(algorithm, b"messagE", &signature), "{algorithm}");
            for other in Algorithm::ALL.into_iter().filter(|other| *other != algorithm) {
                assert!(!key.public().verify(other, b"message", &signature), "{algorithm} as {other}");
            }
        }
    }
}

#[test]
fn ecdsa_signatures_have_full_width() {
    for (kind, algorithm, width) in [
        (KeyKind::P256, Algorithm::Es256, 64),
        (KeyKind::P384, Algorithm::Es384, 96),
        (KeyKind::P521, Algorithm::Es512, 132),
    ] {
        let key = KeyPair::generate(kind).unwrap();
        for message in 0..50u8 {
            assert_eq!(key.sign(algorithm, &[message]).unwrap().len(), width);
        }
    }
}

#[test]
fn what_is_written_reads_back_as_the_same_key() {
    for kind in KeyKind::ALL.into_iter().filter(|kind| !kind.is_rsa()) {
        let key = KeyPair::generate(kind).unwrap();
        let again = KeyPair::from_der(&key.to_pkcs8().unwrap()).unwrap();
        assert_eq!(again.kind(), kind);
        assert_eq!(again.spki_der(), key.spki_der());
        assert_eq!(again.ids(), key.ids());
        assert!(key.to_pkcs1().is_none());
    }
}

#[test]
fn an_rsa_key_goes_between_pkcs1_and_pkcs8_without_a_byte_changed() {
    let key = rsa();
    assert_eq!(key.kind(), KeyKind::Rsa2048);
    assert_eq!(key.to_pkcs1().unwrap().as_slice(), der(vectors::RFC7515_A2_PKCS1));
    assert_eq!(key.to_pkcs8().unwrap().as_slice(), der(vectors::RFC7515_A2_PKCS8));
    let again = KeyPair::from_der(&der(vectors::RFC7515_A2_PKCS8)).unwrap();
    assert_eq!(again.ids(), key.ids());
}

#[test]
fn a_generated_rsa_key_has_its_size() {
    let key = KeyPair::generate(KeyKind::Rsa2048).unwrap();
    assert_eq!(key.kind(), KeyKind::Rsa2048);
    let PublicJwk::Rsa { n, e } = key.public_jwk() else { panic!("not RSA") };
    assert_eq!(url(n).len(), 256);
    assert_eq!(e, "AQAB");
}

#[test]
fn a_key_of_keycloak_without_its_public_half_gets_it_back() {
    let key = KeyPair::from_der(&der(vectors::KEYCLOAK_P256_PKCS8)).unwrap();
    assert_eq!(key.spki_der(), der(vectors::KEYCLOAK_P256_SPKI));
}

#[test]
fn what_is_no_key_is_refused() {
    for wrong in [&b""[..], b"0", &[0x30, 0x00], &[0x30, 0x03, 0x02, 0x01, 0x00], &[0x30, 0x05, 2, 1, 0, 0x30, 0]] {
        assert!(KeyPair::from_der(wrong).is_err(), "{wrong:?}");
    }
    let mut cut = der(vectors::RFC7515_A2_PKCS1);
    cut.pop();
    assert_eq!(KeyPair::from_der(&cut).unwrap_err(), KeyError::Malformed);
    assert_eq!(KeyPair::from_der(&der(vectors::RSA_1024_PKCS1)).unwrap_err(), KeyError::Unsupported);
    // A certificate's key that is no point of its curve.
    let mut spki = der(vectors::RFC7515_A3_SPKI);
    *spki.last_mut().unwrap() ^= 1;
    assert_eq!(PublicKey::from_spki(&spki).unwrap_err(), KeyError::Malformed);
    // X25519 agrees on keys; it does not sign.
    let x25519 = [&[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x03, 0x21, 0x00][..], &[9; 32]].concat();
    assert_eq!(PublicKey::from_spki(&x25519).unwrap_err(), KeyError::Unsupported);
}

#[test]
fn debug_shows_the_public_id_and_nothing_private() {
    let key = rsa();
    let shown = format!("{key:?}");
    assert!(shown.contains(&key.ids().rfc7638));
    assert!(shown.len() < 200, "{shown}");
}
