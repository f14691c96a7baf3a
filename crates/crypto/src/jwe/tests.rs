//! Vectors of RFC 7516 and RFC 7518, and what must not be decrypted.

use proptest::prelude::*;
use serde_json::json;

use super::agreement::{Context, derive};
use super::*;
use crate::algorithm::KeyKind;
use crate::der;
use crate::jwk_set;
use crate::key::KeyPair;
use crate::random::SystemRandom;
use crate::vectors::{self, hex, url};

/// RFC 7518 appendix B.
#[test]
fn cbc_vectors_of_rfc_7518() {
    let plaintext =
        b"A cipher system must not be required to be secret, and it must be able to fall into the hands of the \
                      enemy without inconvenience";
    let authenticated = b"The second principle of Auguste Kerckhoffs";
    let iv = [0x1a, 0xf3, 0x8c, 0x2d, 0xc2, 0xb9, 0x6f, 0xfd, 0xd8, 0x66, 0x94, 0x09, 0x23, 0x41, 0xbc, 0x04];
    for (encryption, ciphertext, tag) in [
        (
            ContentEncryption::A128CbcHs256,
            "c80edfa32ddf39d5ef00c0b468834279a2e46a1b8049f792f76bfe54b903a9c9a94ac9b47ad2655c5f10f9aef71427e2fc6f9b3f399a221489f16362c703233609d45ac69864e3321cf82935ac4096c86e133314c54019e8ca7980dfa4b9cf1b384c486f3a54c51078158ee5d79de59fbd34d848b3d69550a67646344427ade54b8851ffb598f7f80074b9473c82e2db",
            "652c3fa36b0a7c5b3219fab3a30bc1c4",
        ),
        (
            ContentEncryption::A192CbcHs384,
            "ea65da6b59e61edb419be62d19712ae5d303eeb50052d0dfd6697f77224c8edb000d279bdc14c1072654bd30944230c657bed4ca0c9f4a8466f22b226d1746214bf8cfc2400add9f5126e479663fc90b3bed787a2f0ffcbf3904be2a641d5c2105bfe591bae23b1d7449e532eef60a9ac8bb6c6b01d35d49787bcd57ef484927f280adc91ac0c4e79c7b11efc60054e3",
            "8490ac0e58949bfe51875d733f93ac2075168039ccc733d7",
        ),
        (
            ContentEncryption::A256CbcHs512,
            "4affaaadb78c31c5da4b1b590d10ffbd3dd8d5d302423526912da037ecbcc7bd822c301dd67c373bccb584ad3e9279c2e6d12a1374b77f077553df829410446b36ebd97066296ae6427ea75c2e0846a11a09ccf5370dc80bfecbad28c73f09b3a3b75e662a2594410ae496b2e2e6609e31e6e02cc837f053d21f37ff4f51950bbe2638d09dd7a4930930806d0703b1f6",
            "4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5",
        ),
    ] {
        let key: Vec<u8> = (0..encryption.key_length() as u8).collect();
        let sealed = encryption.seal(&key, &iv, authenticated, plaintext).unwrap();
        assert_eq!((hex(&sealed.0), hex(&sealed.1)), (ciphertext.to_owned(), tag.to_owned()), "{encryption}");
        let opened = encryption.open(&key, &iv, authenticated, &sealed.0, &sealed.1).unwrap();
        assert_eq!(&*opened, plaintext);
    }
}

/// RFC 7518 appendix C: the secret that both sides share is Z there.
#[test]
fn agreement_vector_of_rfc_7518() {
    let shared = [
        158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218, 128, 106,
        72, 246, 218, 167, 121, 140, 254, 144, 196,
    ];
    let context = Context {
        algorithm: KeyManagement::EcdhEs,
        encryption: "A128GCM",
        party_u: b"Alice",
        party_v: b"Bob",
        length: 16,
    };
    assert_eq!(URL_SAFE_NO_PAD.encode(&*derive(&shared, &context)), "VqqN6vgjbSBcIijNcacQGg");
}

/// RFC 7516 appendix A.1: RSA-OAEP and A256GCM.
#[test]
fn token_of_rfc_7516_a1() {
    let numbers: [&str; 8] = [
        "oahUIoWw0K0usKNuOR6H4wkf4oBUXHTxRvgb48E-BVvxkeDNjbC4he8rUWcJoZmds2h7M70imEVhRU5djINXtqllXI4DFqcI1DgjT9LewND8MW2Krf3Spsk_ZkoFnilakGygTwpZ3uesH-PFABNIUYpOiN15dsQRkgr0vEhxN92i2asbOenSZeyaxziK72UwxrrKoExv6kc5twXTq4h-QChLOln0_mtUZwfsRaMStPs6mS6XrgxnxbWhojf663tuEQueGC-FCMfra36C9knDFGzKsNa7LZK2djYgyD3JR_MB_4NUJW_TqOQtwHYbxevoJArm-L5StowjzGy-_bq6Gw",
        "AQAB",
        "kLdtIj6GbDks_ApCSTYQtelcNttlKiOyPzMrXHeI-yk1F7-kpDxY4-WY5NWV5KntaEeXS1j82E375xxhWMHXyvjYecPT9fpwR_M9gV8n9Hrh2anTpTD93Dt62ypW3yDsJzBnTnrYu1iwWRgBKrEYY46qAZIrA2xAwnm2X7uGR1hghkqDp0Vqj3kbSCz1XyfCs6_LehBwtxHIyh8Ripy40p24moOAbgxVw3rxT_vlt3UVe4WO3JkJOzlpUf-KTVI2Ptgm-dARxTEtE-id-4OJr0h-K-VFs3VSndVTIznSxfyrj8ILL6MG_Uv8YAu7VILSB3lOW085-4qE3DzgrTjgyQ",
        "1r52Xk46c-LsfB5P442p7atdPUrxQSy4mti_tZI3Mgf2EuFVbUoDBvaRQ-SWxkbkmoEzL7JXroSBjSrK3YIQgYdMgyAEPTPjXv_hI2_1eTSPVZfzL0lffNn03IXqWF5MDFuoUYE0hzb2vhrlN_rKrbfDIwUbTrjjgieRbwC6Cl0",
        "wLb35x7hmQWZsWJmB_vle87ihgZ19S8lBEROLIsZG4ayZVe9Hi9gDVCOBmUDdaDYVTSNx_8Fyw1YYa9XGrGnDew00J28cRUoeBB_jKI1oma0Orv1T9aXIWxKwd4gvxFImOWr3QRL9KEBRzk2RatUBnmDZJTIAfwTs0g68UZHvtc",
        "ZK-YwE7diUh0qR1tR7w8WHtolDx3MZ_OTowiFvgfeQ3SiresXjm9gZ5KLhMXvo-uz-KUJWDxS5pFQ_M0evdo1dKiRTjVw_x4NyqyXPM5nULPkcpU827rnpZzAJKpdhWAgqrXGKAECQH0Xt4taznjnd_zVpAmZZq60WPMBMfKcuE",
        "Dq0gfgJ1DdFGXiLvQEZnuKEN0UUmsJBxkjydc3j4ZYdBiMRAy86x0vHCjywcMlYYg4yoC4YZa9hNVcsjqA3FeiL19rk8g6Qn29Tt0cj8qqyFpz9vNDBUfCAiJVeESOjJDZPYHdHY8v1b-o-Z2X5tvLx-TCekf7oxyeKDUqKWjis",
        "VIMpMYbPf47dT1w_zDUXfPimsSegnMOA1zTaX7aGk_8urY6R8-ZW1FxU7AlWAyLWybqq6t16VFd7hQd0y6flUK4SlOydB61gwanOsXGOAOv82cHq0E3eL4HrtZkUuKvnPrMnsUUFlfUdybVzxyjz9JF_XyaY14ardLSjf4L_FNY",
    ];
    let numbers: Vec<u8> = numbers.iter().flat_map(|number| der::unsigned(&url(number))).collect();
    let pkcs1 = der::write(der::SEQUENCE, &[der::unsigned(&[0]), numbers].concat());
    let key = DecryptingKey::from_der(&pkcs1).unwrap();
    let token = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGe\
                 ipsEdY3mx_etLbbWSrFr05kLzcSr4qKAq7YN7e9jwQRb23nfa6c9d-StnImGyFDbSv04uVuxIp5Zms1gNxKKK2Da14B8S4rzVRltdYwam_l\
                 Dp5XnZAYpQdb76FdIKLaVmqgfwX7XWRxv2322i-vDxRfqNzo_tETKzpVLzfiwQyeyPGLBIO56YJ7eObdv0je81860ppamavo35UgoRdbYaB\
                 coh9QcfylQr66oc6vFWXRcZ_ZT2LawVCWTIy3brGPi6UklfCpIMfIjf7iGdXKHzg.48V1_ALb6US04U3b.\
                 5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A.XFBoMYUZodetZdvTiFvSkQ";
    let opened = Encrypted::parse(token).unwrap().decrypt(&key, &SystemRandom).unwrap();
    assert_eq!(&*opened, b"The true sign of intelligence is not knowledge but imagination.");
}

/// A key pair's two halves.
fn halves(kind: KeyKind) -> (EncryptingKey, DecryptingKey) {
    let der = if kind.is_rsa() {
        Zeroizing::new(vectors::der(vectors::RFC7515_A2_PKCS1))
    } else {
        KeyPair::generate(kind).unwrap().to_pkcs8().unwrap()
    };
    let private = DecryptingKey::from_der(&der).unwrap();
    let entry = serde_json::to_value(private.public().jwk()).unwrap();
    let key = jwk_set::read_key(&entry).unwrap();
    (EncryptingKey { kid: Some("k-1".to_owned()), algorithm: None, key }, private)
}

const KINDS: [KeyKind; 4] = [KeyKind::Rsa2048, KeyKind::P256, KeyKind::P384, KeyKind::P521];

#[test]
fn every_pair_of_algorithms_comes_back() {
    for kind in KINDS {
        let (public, private) = halves(kind);
        for algorithm in KeyManagement::ALL {
            for encryption in ContentEncryption::ALL {
                let to = Recipient { key: &public, algorithm, encryption };
                let token = encrypt(&to, Some("JWT"), b"a.b.c", &SystemRandom);
                if !algorithm.suits(kind) {
                    assert_eq!(token, Err(KeyError::Unsuitable), "{algorithm} {kind:?}");
                    continue;
                }
                let token = token.unwrap();
                let read = Encrypted::parse(&token).unwrap();
                assert_eq!(
                    (read.header().alg.as_str(), read.header().enc.as_str()),
                    (algorithm.as_str(), encryption.as_str())
                );
                assert_eq!((read.header().kid.as_deref(), read.header().cty.as_deref()), (Some("k-1"), Some("JWT")));
                assert_eq!(&**read.decrypt(&private, &SystemRandom).unwrap(), b"a.b.c");
                let other = halves(if kind.is_rsa() { KeyKind::P256 } else { kind }).1;
                assert!(read.decrypt(&other, &SystemRandom).is_none());
            }
        }
    }
}

#[test]
fn a52_a_changed_token_is_not_opened() {
    for (kind, algorithm) in [(KeyKind::Rsa2048, KeyManagement::RsaOaep), (KeyKind::P256, KeyManagement::EcdhEsA128Kw)]
    {
        let (public, private) = halves(kind);
        for encryption in [ContentEncryption::A128Gcm, ContentEncryption::A128CbcHs256] {
            let to = Recipient { key: &public, algorithm, encryption };
            let token = encrypt(&to, None, b"plain", &SystemRandom).unwrap();
            let parts: Vec<&str> = token.split('.').collect();
            for at in 1..5 {
                let mut bytes = url(parts[at]);
                for change in [0, bytes.len() / 2, bytes.len() - 1] {
                    bytes[change] ^= 1;
                    let mut changed: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
                    changed[at] = URL_SAFE_NO_PAD.encode(&bytes);
                    let changed = changed.join(".");
                    assert!(Encrypted::parse(&changed).unwrap().decrypt(&private, &SystemRandom).is_none(), "{at}");
                    bytes[change] ^= 1;
                }
                let mut short: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
                short[at] = URL_SAFE_NO_PAD.encode(&bytes[..bytes.len() / 2]);
                let short = short.join(".");
                assert!(Encrypted::parse(&short).unwrap().decrypt(&private, &SystemRandom).is_none(), "short {at}");
            }
        }
    }
}

#[test]
fn a34_headers_that_change_the_rules_are_refused() {
    let header = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    for refused in [
        json!({"alg": "RSA-OAEP", "enc": "A128GCM", "zip": "DEF"}),
        json!({"alg": "RSA-OAEP", "enc": "A128GCM", "crit": ["exp"]}),
        json!({"alg": "RSA-OAEP", "enc": "A128GCM", "kid": "k".repeat(MAX_KID + 1)}),
        json!({"alg": "RSA-OAEP"}),
        json!([]),
    ] {
        assert!(Encrypted::parse(&format!("{}.AA.AA.AA.AA", header(refused.clone()))).is_none(), "{refused}");
    }
    let (_, private) = halves(KeyKind::Rsa2048);
    for alg in ["RSA1_5", "dir", "none", "PBES2-HS256+A128KW", "ECDH-ES", "rsa-oaep"] {
        let token = format!("{}.AA.AA.AA.AA", header(json!({"alg": alg, "enc": "A128GCM"})));
        assert!(Encrypted::parse(&token).unwrap().decrypt(&private, &SystemRandom).is_none(), "{alg}");
    }
    for text in ["", "a.b.c", "a.b.c.d", "a.b.c.d.e.f", "....", &format!("{}.....", header(json!({})))] {
        assert!(Encrypted::parse(text).is_none(), "{text}");
    }
}

/// An attacker's point that is not on the curve would tell the private key bit by bit.
#[test]
fn a38_an_ephemeral_point_is_on_the_recipients_curve() {
    let (_, private) = halves(KeyKind::P256);
    let (other, _) = halves(KeyKind::P384);
    let off = URL_SAFE_NO_PAD.encode([7; 32]);
    for epk in [json!(other.key.jwk()), json!({"kty": "EC", "crv": "P-256", "x": off, "y": off}), json!(null)] {
        let header = json!({"alg": "ECDH-ES", "enc": "A128GCM", "epk": epk});
        let token =
            format!("{}..AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA", URL_SAFE_NO_PAD.encode(header.to_string()));
        assert!(Encrypted::parse(&token).unwrap().decrypt(&private, &SystemRandom).is_none(), "{epk}");
    }
}

#[test]
fn a_set_gives_the_keys_that_others_may_encrypt_for() {
    let (public, _) = halves(KeyKind::P256);
    let with = |more: serde_json::Value| {
        let mut entry = serde_json::to_value(public.key.jwk()).unwrap();
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        entry
    };
    let set = json!({"keys": [
        with(json!({"kid": "one", "use": "enc", "alg": "ECDH-ES"})),
        with(json!({"kid": "two", "use": "sig"})),
        with(json!({"kid": "three", "alg": "ES256"})),
        with(json!({"kid": "four", "alg": "RSA1_5"})),
        with(json!({"kid": "five"})),
        json!({"kty": "oct", "k": "c2VjcmV0", "kid": "six"}),
    ]});
    let keys = read(&set, 6).unwrap();
    assert_eq!(keys.iter().filter_map(|key| key.kid.as_deref()).collect::<Vec<_>>(), ["one", "five"]);
    assert!(keys[0].suits(KeyManagement::EcdhEs) && !keys[0].suits(KeyManagement::EcdhEsA128Kw));
    assert!(keys[1].suits(KeyManagement::EcdhEsA256Kw) && !keys[1].suits(KeyManagement::RsaOaep));
    assert!(read(&set, 5).is_err() && read(&json!([]), 5).is_err());
}

proptest! {
    #[test]
    fn what_is_encrypted_is_decrypted(plaintext in proptest::collection::vec(any::<u8>(), 0..300), at in 0usize..6) {
        let (public, private) = halves(KeyKind::P256);
        let to = Recipient { key: &public, algorithm: KeyManagement::EcdhEs, encryption: ContentEncryption::ALL[at] };
        let token = encrypt(&to, None, &plaintext, &SystemRandom).unwrap();
        let opened = Encrypted::parse(&token).unwrap().decrypt(&private, &SystemRandom).unwrap();
        prop_assert_eq!(&*opened, &plaintext);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[A-Za-z0-9._-]{0,200}", free in ".{0,200}") {
        let (_, private) = halves(KeyKind::P256);
        for text in [text, free] {
            if let Some(read) = Encrypted::parse(&text) {
                prop_assert!(read.decrypt(&private, &SystemRandom).is_none());
            }
        }
    }
}
