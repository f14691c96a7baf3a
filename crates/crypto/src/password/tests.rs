use super::*;
use crate::vectors::hex;

const ARGON: (&str, &str) = (
    r#"{"hashIterations":5,"algorithm":"argon2","additionalParameters":{"hashLength":["32"],"memory":["7168"],"type":["id"],"version":["1.3"],"parallelism":["1"]}}"#,
    r#"{"value":"xfoqcC90LtYMs76YosJtzda1k2XO2XPT/29ndvz22eQ=","salt":"JxXI++I+L82oPwPcfugHgQ==","additionalParameters":{}}"#,
);

/// Exported by Keycloak 26.7.3, with the passwords that it accepted.
const REAL: [((&str, &str), &str); 4] = [
    (ARGON, "pw-argon"),
    (
        (
            r#"{"hashIterations":27500,"algorithm":"pbkdf2-sha256","additionalParameters":{}}"#,
            r#"{"value":"Dx9A1T5SkAZwJ/SgozkpauGKnFk+JqPB+yVzMalP8ds=","salt":"Ml53iFuZWXCCkDoORzoTBw==","additionalParameters":{}}"#,
        ),
        "pw-256:é",
    ),
    (
        (
            r#"{"hashIterations":30000,"algorithm":"pbkdf2-sha512","additionalParameters":{}}"#,
            r#"{"value":"trug3gxUEJZ3ZRKxOBumEBWl1dWapwTwOuLVSZG076dhqs7U3gWLdAu9UvOWOV+izq460bPuf7cAaaG+9HwVSQ==","salt":"z94VSoU2HoxxboOYD0E5jQ==","additionalParameters":{}}"#,
        ),
        "pw-512",
    ),
    (
        (
            r#"{"hashIterations":20000,"algorithm":"pbkdf2","additionalParameters":{}}"#,
            r#"{"value":"6T0888xz50ebcjFC9tFC9YtMmsX04QqpHf4Owe6dImLDzTk4OEM9lfTBZ8VoFvYOlHYmFJYjVAtQYkQ+MR4CQA==","salt":"/x30WZVm2YVYFsA7e5kFRA==","additionalParameters":{}}"#,
        ),
        "pw-1",
    ),
];

fn read((credential, secret): (&str, &str)) -> PasswordHash {
    PasswordHash::from_keycloak(credential, secret).unwrap()
}

fn verify(hash: &PasswordHash, password: &str) -> bool {
    hash.verify(password.as_bytes(), &mut Arena::default()).unwrap()
}

#[test]
fn real_hashes_of_keycloak_verify_their_password_and_no_other() {
    for (stored, password) in REAL {
        let hash = read(stored);
        assert!(verify(&hash, password), "{password}");
        assert!(!verify(&hash, &format!("{password} ")), "{password}");
        assert!(!verify(&hash, ""), "{password}");
    }
}

#[test]
fn real_hashes_are_written_byte_for_byte_as_keycloak_wrote_them() {
    for ((credential, secret), _) in REAL {
        assert_eq!(read((credential, secret)).to_keycloak(), (credential.to_owned(), secret.to_owned()));
    }
}

/// From the reference implementation's own test file: password `password`, salt `somesalt`, two passes.
#[test]
fn argon2_reference_vectors() {
    use Argon2Variant::{I, Id};
    use Argon2Version::{V10, V13};
    for (variant, version, memory_kib, parallelism, expected) in [
        (Id, V13, 65536, 1, "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"),
        (Id, V13, 256, 1, "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"),
        (Id, V13, 256, 2, "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037"),
        (I, V13, 256, 1, "89e9029f4637b295beb027056a7336c414fadd43f6b208645281cb214a56452f"),
        (I, V13, 256, 2, "4ff5ce2769a1d7f4c8a491df09d41a9fbe90e5eb02155a13e4c01e20cd4eab61"),
        (I, V10, 256, 1, "fd4dd83d762c49bdeaf57c47bdcd0c2f1babf863fdeb490df63ede9975fccf06"),
    ] {
        let spec = HashSpec::Argon2 { variant, version, memory_kib, iterations: 2, parallelism, hash_length: 32 };
        let hash = spec.hash(b"password", b"somesalt", &mut Arena::default()).unwrap();
        assert_eq!(hex(hash.hash()), expected, "{spec:?}");
    }
}

/// RFC 6070 for SHA-1; the others as Python's hashlib computes them.
#[test]
fn pbkdf2_vectors() {
    for (prf, iterations, expected) in [
        (Prf::Sha1, 1, "0c60c80f961f0e71f3a9b524af6012062fe037a6"),
        (Prf::Sha1, 4096, "4b007901b765489abead49d926f721d065a429c1"),
        (Prf::Sha256, 4096, "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a"),
        (
            Prf::Sha512,
            4096,
            "d197b1b33db0143e018b12f3d1d1479e6cdebdcc97c5c0f87f6902e072f457b5143f30602641b3d55cd335988cb36b84376060ecd532e039b742a239434af2d5",
        ),
    ] {
        let mut out = vec![0; expected.len() / 2];
        pbkdf2::derive(prf, NonZeroU32::new(iterations).unwrap(), b"salt", b"password", &mut out);
        assert_eq!(hex(&out), expected, "{prf:?}");
    }
}

#[test]
fn memory_kept_from_one_hash_to_the_next_changes_no_result() {
    let hash = read(ARGON);
    let mut arena = Arena::default();
    let small = HashSpec::from_policy(None, Some(1)).unwrap();
    for _ in 0..2 {
        assert!(hash.verify(b"pw-argon", &mut arena).unwrap());
        assert!(!hash.verify(b"pw-other", &mut arena).unwrap());
        // Larger, so that the memory grows, and back.
        small.hash(b"between", &[7; 16], &mut arena).unwrap();
        arena.wipe();
    }
    arena.release();
    assert!(hash.verify(b"pw-argon", &mut arena).unwrap());
}

#[test]
fn the_length_of_the_hash_is_that_of_the_stored_one_and_a_missing_salt_is_none() {
    // hashlib.pbkdf2_hmac('sha256', b'pw', b'', 1000, 64): an old row, longer than today's and without salt.
    let value = "oDUwIi0TG0fZgsmBDvjjtrbGdmtrGhutVhusvMeWb+AVBE98oq1bxAkAz6uGPEqwnEwU3l+Xsy36gQoqs1I/tA==";
    let credential = r#"{"hashIterations":1000,"algorithm":"pbkdf2-sha256"}"#;
    for secret in [
        format!(r#"{{"value":"{value}"}}"#),
        format!(r#"{{"value":"{value}","salt":null}}"#),
        format!(r#"{{"value":"{value}","salt":"__SALT__","additionalParameters":{{}}}}"#),
    ] {
        let hash = read((credential, &secret));
        assert!(verify(&hash, "pw"), "{secret}");
        let (_, written) = hash.to_keycloak();
        assert!(written.contains(r#""salt":"__SALT__""#), "{written}");
    }
}

#[test]
fn algorithm_data_is_another_name_of_additional_parameters() {
    let credential = ARGON.0.replace("additionalParameters", "algorithmData");
    assert_eq!(read((&credential, ARGON.1)), read(ARGON));
}

#[test]
fn odd_and_greedy_hashes_are_refused() {
    use HashFormatError::{Malformed, OutOfBounds, UnknownAlgorithm};
    let refused = |credential: &str, secret: &str| PasswordHash::from_keycloak(credential, secret).unwrap_err();
    for (from, to, error) in [
        ("\"argon2\"", "\"bcrypt\"", UnknownAlgorithm),
        ("[\"id\"]", "[\"x\"]", UnknownAlgorithm),
        ("1.3", "1.4", UnknownAlgorithm),
        ("[\"7168\"]", "[]", Malformed),
        ("\"memory\"", "\"memories\"", Malformed),
        ("7168", "many", Malformed),
        ("7168", "7", OutOfBounds),
        ("7168", "1048577", OutOfBounds),
        ("\"hashIterations\":5", "\"hashIterations\":0", OutOfBounds),
        ("\"hashIterations\":5", "\"hashIterations\":-1", OutOfBounds),
        ("\"hashIterations\":5", "\"hashIterations\":10000001", OutOfBounds),
        // Each within its bound, together hours of work.
        ("\"hashIterations\":5", "\"hashIterations\":10000000", OutOfBounds),
        ("parallelism\":[\"1\"]", "parallelism\":[\"65\"]", OutOfBounds),
        ("parallelism\":[\"1\"]", "parallelism\":[\"0\"]", OutOfBounds),
        ("{\"hash", "[\"hash", Malformed),
    ] {
        let odd = ARGON.0.replacen(from, to, 1);
        assert_ne!(odd, ARGON.0, "{from}");
        assert_eq!(refused(&odd, ARGON.1), error, "{odd}");
    }
    for (secret, error) in [
        (r#"{"salt":"JxXI++I+L82oPwPcfugHgQ=="}"#.to_owned(), Malformed),
        (r#"{"value":"not base64!","salt":"JxXI++I+L82oPwPcfugHgQ=="}"#.to_owned(), Malformed),
        (r#"{"value":"AAA=","salt":"JxXI++I+L82oPwPcfugHgQ=="}"#.to_owned(), OutOfBounds),
        (format!(r#"{{"value":"{}","salt":"JxXI++I+L82oPwPcfugHgQ=="}}"#, "AAAA".repeat(43)), OutOfBounds),
        (r#"{"value":"xfoqcC90LtYMs76YosJtzQ==","salt":"AAAA"}"#.to_owned(), OutOfBounds),
        (r#"{"value":"xfoqcC90LtYMs76YosJtzQ=="}"#.to_owned(), OutOfBounds),
        (format!(r#"{{"value":"xfoqcC90LtYMs76YosJtzQ==","x":"{}"}}"#, " ".repeat(20_000)), OutOfBounds),
    ] {
        assert_eq!(refused(ARGON.0, &secret), error, "{secret}");
    }
}

#[test]
fn a_hash_built_by_hand_out_of_bounds_is_a_fault_not_hours_of_work() {
    let hash = PasswordHash::Pbkdf2 { prf: Prf::Sha1, iterations: u32::MAX, salt: vec![1; 16], hash: vec![1; 20] };
    assert_eq!(hash.verify(b"pw", &mut Arena::default()), Err(HashFault));
    let hash = PasswordHash::Pbkdf2 { prf: Prf::Sha1, iterations: 0, salt: vec![1; 16], hash: vec![1; 20] };
    assert_eq!(hash.verify(b"pw", &mut Arena::default()), Err(HashFault));
}

#[test]
fn a_new_hash_verifies_and_matches_its_spec() {
    for spec in [
        HashSpec::DEFAULT,
        HashSpec::from_policy(Some("pbkdf2-sha512"), Some(1000)).unwrap(),
        HashSpec::from_policy(Some("pbkdf2-sha256"), Some(1000)).unwrap(),
        HashSpec::from_policy(Some("pbkdf2"), Some(1000)).unwrap(),
    ] {
        let hash = spec.hash(b"secret", &[9; 16], &mut Arena::default()).unwrap();
        assert!(verify(&hash, "secret"));
        assert!(!verify(&hash, "Secret"));
        assert!(hash.matches_cost(&spec));
        let (credential, secret) = hash.to_keycloak();
        assert_eq!(read((&credential, &secret)), hash);
    }
}

#[test]
fn a_policy_names_keycloaks_ids_and_costs() {
    let cost = |algorithm, iterations| HashSpec::from_policy(algorithm, iterations);
    assert_eq!(cost(None, None), Ok(HashSpec::DEFAULT));
    let argon2 = HashSpec::Argon2 {
        variant: Argon2Variant::Id,
        version: Argon2Version::V13,
        memory_kib: 7168,
        iterations: 5,
        parallelism: 1,
        hash_length: 32,
    };
    assert_eq!(cost(Some("argon2"), None), Ok(argon2));
    assert!(read(ARGON).matches_cost(&argon2));
    assert!(!read(ARGON).matches_cost(&HashSpec::DEFAULT));
    let pbkdf2 = |prf, iterations| Ok(HashSpec::Pbkdf2 { prf, iterations });
    assert_eq!(cost(Some("pbkdf2-sha512"), None), pbkdf2(Prf::Sha512, 210_000));
    assert_eq!(cost(Some("pbkdf2-sha256"), None), pbkdf2(Prf::Sha256, 600_000));
    assert_eq!(cost(Some("pbkdf2"), None), pbkdf2(Prf::Sha1, 1_300_000));
    assert_eq!(cost(Some("pbkdf2"), Some(7)), pbkdf2(Prf::Sha1, 7));
    assert_eq!(cost(Some("md5"), None), Err(HashFormatError::UnknownAlgorithm));
    assert_eq!(cost(Some("pbkdf2"), Some(0)), Err(HashFormatError::OutOfBounds));
    // A number that was meant for PBKDF2 would make Argon2 take minutes.
    assert_eq!(cost(None, Some(27_500)), Err(HashFormatError::OutOfBounds));
}

#[test]
fn a_dummy_costs_as_its_spec_says_and_never_matches() {
    for spec in [HashSpec::DEFAULT, HashSpec::from_policy(Some("pbkdf2-sha256"), Some(10)).unwrap()] {
        let dummy = PasswordHash::dummy(&spec, [3; 16]);
        assert_eq!(dummy.spec(), spec);
        assert!(!verify(&dummy, "anything"));
    }
}

#[test]
fn debug_shows_neither_salt_nor_hash() {
    let hash = PasswordHash::Pbkdf2 { prf: Prf::Sha1, iterations: 5, salt: vec![201; 16], hash: vec![202; 20] };
    let shown = format!("{hash:?}");
    assert!(shown.contains("Pbkdf2"));
    assert!(!shown.contains("201") && !shown.contains("202"), "{shown}");
}
