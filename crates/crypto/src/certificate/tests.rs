use super::*;
use crate::vectors::{self, der as bytes};

const REQUEST: CertificateRequest<'static> = CertificateRequest {
    subject: "harbour",
    dns_names: &["login.example.org", "127.0.0.1"],
    // 2026-11-22 13:31:45 and, past the end of UTCTime, 2056-11-22 13:33:25.
    not_before: 1_795_354_305,
    not_after: 2_742_125_605,
    serial: [0xff; 16],
};

fn key(kind: KeyKind) -> KeyPair {
    match kind {
        KeyKind::Rsa2048 => KeyPair::from_der(&bytes(vectors::RFC7515_A2_PKCS1)).unwrap(),
        kind => KeyPair::generate(kind).unwrap(),
    }
}

#[test]
fn every_kind_of_key_gets_a_certificate_that_says_what_was_asked() {
    for kind in [KeyKind::Rsa2048, KeyKind::P256, KeyKind::P384, KeyKind::P521, KeyKind::Ed25519] {
        let key = key(kind);
        let der = self_signed(&key, &REQUEST).unwrap();
        assert_eq!(public_key_of(&der).unwrap(), key.spki_der(), "{kind}");
        assert_eq!(subject_of(&der).unwrap().to_string(), "CN=harbour", "{kind}");
        assert_eq!(validity(&der).unwrap(), (REQUEST.not_before, REQUEST.not_after), "{kind}");
    }
}

/// The parts of a certificate's outer sequence: what is signed, and the signature.
fn signed_parts(der: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut outer = Reader::inside(der, der::SEQUENCE).unwrap();
    let signed = outer.element().unwrap().whole.to_vec();
    outer.element().unwrap();
    (signed, outer.bits().unwrap().to_vec())
}

#[test]
fn the_signature_is_the_keys_own() {
    for (kind, algorithm) in [
        (KeyKind::Rsa2048, &lc::RSA_PKCS1_2048_8192_SHA256 as &dyn lc::VerificationAlgorithm),
        (KeyKind::P256, &lc::ECDSA_P256_SHA256_ASN1),
        (KeyKind::P384, &lc::ECDSA_P384_SHA384_ASN1),
        (KeyKind::P521, &lc::ECDSA_P521_SHA512_ASN1),
        (KeyKind::Ed25519, &lc::ED25519),
    ] {
        let key = key(kind);
        let (signed, signature) = signed_parts(&self_signed(&key, &REQUEST).unwrap());
        let public = lc::ParsedPublicKey::new(algorithm, key.spki_der()).unwrap();
        assert!(public.verify_sig(&signed, &signature).is_ok(), "{kind}");
        assert!(public.verify_sig(b"something else", &signature).is_err(), "{kind}");
    }
}

#[test]
fn it_is_version_3_an_authority_and_carries_the_names() {
    let der = self_signed(&key(KeyKind::P256), &REQUEST).unwrap();
    let has = |needle: &[u8]| der.windows(needle.len()).any(|window| window == needle);
    assert!(has(&[0xa0, 0x03, 0x02, 0x01, 0x02]), "version 3");
    // RFC 5280 §4.2.1.9: basicConstraints, critical, SEQUENCE { TRUE }.
    assert!(has(&[0x55, 0x1d, 0x13, 0x01, 0x01, 0xff, 0x04, 0x05, 0x30, 0x03, 0x01, 0x01, 0xff]), "CA");
    // RFC 5280 §4.2.1.3: keyUsage, critical, bits 0 (digitalSignature) and 5 (keyCertSign).
    assert!(has(&[0x55, 0x1d, 0x0f, 0x01, 0x01, 0xff, 0x04, 0x04, 0x03, 0x02, 0x02, 0x84]), "key usage");
    assert!(has(b"\x82\x11login.example.org"), "DNS name");
    assert!(has(&[0x87, 0x04, 127, 0, 0, 1]), "address");
    assert!(has(b"harbour"));
    // The serial number is sixteen bytes and positive, whatever was drawn.
    assert!(has(&[&[0x02, 0x10, 0x7f][..], &[0xff; 15]].concat()), "serial");
    let small = CertificateRequest { serial: [0; 16], dns_names: &[], ..REQUEST };
    let der = self_signed(&key(KeyKind::P256), &small).unwrap();
    let serial = [&[0x02, 0x10, 0x40][..], &[0; 15]].concat();
    assert!(der.windows(18).any(|window| window == serial), "serial");
    assert!(!der.windows(3).any(|window| window == [0x55, 0x1d, 0x11]), "no empty alternative name");
}

#[test]
fn the_same_request_over_a_deterministic_key_gives_the_same_bytes() {
    let key = key(KeyKind::Rsa2048);
    assert_eq!(self_signed(&key, &REQUEST).unwrap(), self_signed(&key, &REQUEST).unwrap());
}

#[test]
fn names_and_times_that_do_not_fit_are_refused() {
    let key = key(KeyKind::Ed25519);
    for request in [
        CertificateRequest { dns_names: &["b\u{fc}cher.example"], ..REQUEST },
        CertificateRequest { not_after: REQUEST.not_before - 1, ..REQUEST },
        CertificateRequest { not_after: i64::MAX, ..REQUEST },
        CertificateRequest { not_before: i64::MIN, ..REQUEST },
    ] {
        assert_eq!(self_signed(&key, &request), Err(KeyError::Certificate));
    }
}

#[test]
fn a_certificate_of_keycloak_is_read() {
    let der = bytes(vectors::KEYCLOAK_CERTIFICATE);
    // As openssl x509 shows it: Nov 22 13:31:45 2026 to Nov 22 13:33:25 2036, GMT.
    assert_eq!(validity(&der).unwrap(), (1_795_354_305, 2_110_973_605));
    let spki = public_key_of(&der).unwrap();
    assert_eq!(public_key::PublicKey::from_spki(&spki).unwrap().kind(), KeyKind::Rsa2048);
}

#[test]
fn what_is_no_certificate_is_malformed() {
    let mut cut = bytes(vectors::KEYCLOAK_CERTIFICATE);
    cut.pop();
    for wrong in [&cut[..], b"", &[0x30, 0x00], &bytes(vectors::RFC7638_SPKI)] {
        assert_eq!(validity(wrong), Err(KeyError::Malformed));
        assert_eq!(public_key_of(wrong), Err(KeyError::Malformed));
    }
}

#[test]
fn times_of_both_forms_are_read_and_odd_ones_refused() {
    let time = |tag, text: &'static str| unix_time(Element { tag, contents: text.as_bytes(), whole: &[] });
    assert_eq!(time(der::UTC_TIME, "700101000000Z"), Some(0));
    assert_eq!(time(der::UTC_TIME, "491231235959Z"), Some(2_524_607_999));
    assert_eq!(time(der::UTC_TIME, "500101000000Z"), Some(-631_152_000));
    assert_eq!(time(der::GENERALIZED_TIME, "20500101000000Z"), Some(2_524_608_000));
    for (tag, wrong) in [
        (der::UTC_TIME, "700101000000"),
        (der::UTC_TIME, "7001010000Z"),
        (der::UTC_TIME, "701301000000Z"),
        (der::UTC_TIME, "700230000000Z"),
        (der::UTC_TIME, "7001010000+0Z"),
        (der::GENERALIZED_TIME, "700101000000Z"),
        (der::INTEGER, "700101000000Z"),
    ] {
        assert_eq!(time(tag, wrong), None, "{wrong}");
    }
}

#[test]
fn pem_has_lines_of_64_columns_and_a_final_newline() {
    assert_eq!(pem("CERTIFICATE", b"abc"), "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n");
    // 48 bytes fill one line, 49 begin the next.
    let full = pem("X", &[0; 48]);
    assert_eq!(full.lines().map(str::len).collect::<Vec<_>>(), [17, 64, 15]);
    let more = pem("X", &[0; 49]);
    assert_eq!(more.lines().map(str::len).collect::<Vec<_>>(), [17, 64, 4, 15]);
}
