//! The kind of a password hash in one word, so that a realm's mix of kinds is a count over an index.
//!
//! `argon2id-13-m19456-t2-p1-l32` is Argon2id 1.3 with 19,456 KiB, two passes, one lane, 32 bytes; `pbkdf2-sha512-i210000`
//! is PBKDF2 with 210,000 iterations.

use crypto::password::{Argon2Variant, Argon2Version, HashSpec, PasswordHash, Prf};

/// The word for a password in Keycloak's two halves; none for a hash that nobody here can check.
pub(crate) fn kind_of(credential_data: &str, secret_data: &str) -> Option<String> {
    let hash = PasswordHash::from_keycloak(credential_data, secret_data).ok()?;
    Some(hash_kind(&hash.spec()))
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
pub(crate) fn spec_of(word: &str) -> Option<HashSpec> {
    let Some(argon2) = word.strip_prefix("argon2") else {
        let (id, iterations) = word.rsplit_once("-i")?;
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
