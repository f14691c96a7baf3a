//! The kind of a password hash in one word, so that a realm's mix of kinds is a count over an index.
//!
//! `argon2id-13-m19456-t2-p1-l32` is Argon2id 1.3 with 19,456 KiB, two passes, one lane, 32 bytes; `pbkdf2-sha512-i210000`
//! is PBKDF2 with 210,000 iterations and that function's usual length; another length, as in old rows, stands behind it
//! (`pbkdf2-sha256-i27500-l64`), because it costs more.

use crypto::password::{Argon2Variant, Argon2Version, HashSpec, PasswordHash, Prf};

/// The word for a password in Keycloak's two halves; none for a hash that nobody here can check.
pub(crate) fn kind_of(credential_data: &str, secret_data: &str) -> Option<String> {
    let stored = PasswordHash::from_keycloak(credential_data, secret_data).ok()?;
    let word = hash_kind(&stored.spec());
    match &stored {
        PasswordHash::Pbkdf2 { hash, .. } if hash.len() != stored.spec().hash_length() => {
            Some(format!("{word}-l{}", hash.len()))
        }
        _ => Some(word),
    }
}

/// A hash that costs what hashes of this word cost, and that no password matches.
pub(crate) fn dummy_of(word: &str, salt: [u8; 16]) -> Option<PasswordHash> {
    let dummy = PasswordHash::dummy(&spec_of(word)?, salt);
    match (dummy, split_length(word)) {
        (PasswordHash::Pbkdf2 { prf, iterations, salt, .. }, (_, Some(length))) => {
            Some(PasswordHash::Pbkdf2 { prf, iterations, salt, hash: vec![0; length] })
        }
        (dummy, _) => Some(dummy),
    }
}

/// A word of PBKDF2 without its length, and that length if it is an unusual one.
fn split_length(word: &str) -> (&str, Option<usize>) {
    match word.rsplit_once("-l") {
        Some((rest, length)) => match length.parse() {
            Ok(length) if (4..=128).contains(&length) => (rest, Some(length)),
            _ => (word, None),
        },
        None => (word, None),
    }
}

/// The word for a cost.
pub(crate) fn hash_kind(spec: &HashSpec) -> String {
    match *spec {
        HashSpec::Argon2 { variant, version, memory_kib, iterations, parallelism, hash_length } => {
            let variant = match variant {
                Argon2Variant::Id => "id",
                Argon2Variant::I => "i",
                Argon2Variant::D => "d",
            };
            let version = match version {
                Argon2Version::V10 => "10",
                Argon2Version::V13 => "13",
            };
            format!("argon2{variant}-{version}-m{memory_kib}-t{iterations}-p{parallelism}-l{hash_length}")
        }
        HashSpec::Pbkdf2 { prf, iterations } => format!("{}-i{iterations}", prf.keycloak_id()),
    }
}

/// The cost behind the word.
fn spec_of(word: &str) -> Option<HashSpec> {
    let Some(argon2) = word.strip_prefix("argon2") else {
        let (id, iterations) = split_length(word).0.rsplit_once("-i")?;
        return Some(HashSpec::Pbkdf2 { prf: Prf::from_keycloak_id(id)?, iterations: iterations.parse().ok()? });
    };
    let mut parts = argon2.split('-');
    let variant = match parts.next()? {
        "id" => Argon2Variant::Id,
        "i" => Argon2Variant::I,
        "d" => Argon2Variant::D,
        _ => return None,
    };
    let version = match parts.next()? {
        "10" => Argon2Version::V10,
        "13" => Argon2Version::V13,
        _ => return None,
    };
    let mut number = |letter: char| parts.next()?.strip_prefix(letter)?.parse::<u32>().ok();
    Some(HashSpec::Argon2 {
        variant,
        version,
        memory_kib: number('m')?,
        iterations: number('t')?,
        parallelism: number('p')?,
        hash_length: usize::try_from(number('l')?).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_comes_back_from_its_word() {
        let argon2 = HashSpec::Argon2 {
            variant: Argon2Variant::I,
            version: Argon2Version::V10,
            memory_kib: 64,
            iterations: 3,
            parallelism: 2,
            hash_length: 24,
        };
        for spec in [HashSpec::DEFAULT, argon2] {
            assert_eq!(spec_of(&hash_kind(&spec)), Some(spec));
        }
        for prf in Prf::ALL {
            let spec = HashSpec::Pbkdf2 { prf, iterations: 20_000 };
            assert_eq!(spec_of(&hash_kind(&spec)), Some(spec));
        }
        assert_eq!(hash_kind(&HashSpec::DEFAULT), "argon2id-13-m19456-t2-p1-l32");
    }

    #[test]
    fn an_old_row_that_is_longer_than_usual_costs_more_and_its_dummy_too() {
        let data = "{\"algorithm\":\"pbkdf2-sha256\",\"hashIterations\":27500}";
        let secret = |bytes: usize| format!("{{\"value\":\"{}\",\"salt\":\"AAAA\"}}", "AAAA".repeat(bytes / 3));
        assert_eq!(kind_of(data, &secret(63)).as_deref(), Some("pbkdf2-sha256-i27500-l63"));
        for (word, expected) in [("pbkdf2-sha256-i27500-l64", 64), ("pbkdf2-sha256-i27500", 32), ("pbkdf2-i5", 64)] {
            match dummy_of(word, [7; 16]) {
                Some(PasswordHash::Pbkdf2 { hash, .. }) => assert_eq!(hash.len(), expected, "{word}"),
                other => panic!("{word}: {other:?}"),
            }
        }
        let usual = hash_kind(&HashSpec::DEFAULT);
        assert_eq!(dummy_of(&usual, [7; 16]).map(|dummy| dummy.spec()), Some(HashSpec::DEFAULT));
        assert_eq!(dummy_of("bcrypt-i4", [7; 16]), None);
        assert_eq!(dummy_of("pbkdf2-sha256-i5-l100000", [7; 16]), None);
    }

    #[test]
    fn a_foreign_word_is_none() {
        for word in ["", "argon2", "argon2id-13-m1", "bcrypt-i4", "pbkdf2-sha512-iX", "argon2x-13-m1-t1-p1-l1"] {
            assert_eq!(spec_of(word), None, "{word}");
        }
    }

    #[test]
    fn a_hash_that_is_not_understood_has_no_kind() {
        assert_eq!(kind_of("{\"algorithm\":\"bcrypt\",\"hashIterations\":4}", "{\"value\":\"\"}"), None);
        assert_eq!(kind_of("not json", ""), None);
    }
}
