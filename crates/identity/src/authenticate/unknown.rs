//! What is hashed for somebody who has no password here.
//!
//! A name that nobody bears, and a user without a password, must cost what a wrong password costs, or the time tells who
//! exists. A realm that came from Keycloak holds hashes of several kinds and costs, so one fixed dummy would stand out:
//! the dummy's kind is drawn from the realm's own mix, in its proportions, by a keyed hash of the name. The same name
//! gets the same kind at every try, on every node and after a restart, as a stored hash would.
//!
//! The draw is a weighted rendezvous: each kind gets a score from name and weight, and the best one is taken. When a kind
//! grows, names move to that kind only, just as real users move to the policy's kind with their next log-in.

use std::sync::Arc;

use crypto::digest::hmac_sha256;
use crypto::password::{HashSpec, PasswordHash};
use crypto::seal::MasterKey;
use zeroize::Zeroizing;

use crate::RealmId;
use crate::credential::dummy_of;

const LABEL: &[u8] = b"portreeve: kind of the dummy hash of a name, 1";

/// Draws dummies; the key is the instance's, so that nodes agree.
pub(super) struct Dummies {
    key: Zeroizing<[u8; 32]>,
}

impl Dummies {
    pub(super) fn new(master: &MasterKey) -> Self {
        Self { key: Zeroizing::new(hmac_sha256(master.to_base64().expose().as_bytes(), &[LABEL])) }
    }

    /// The dummy for a name: of a kind drawn from `mix` (words for kinds, and how many users have each), or of `usual` where the realm has no password yet. Its salt goes
    /// with the name too, so that equal requests at the same moment share one hash as they do for a real user.
    pub(super) fn draw(
        &self,
        realm: &RealmId,
        name: &str,
        mix: &[(String, u64)],
        usual: &HashSpec,
    ) -> Arc<PasswordHash> {
        let whole = self.keyed(*b"salt", realm, name, &[]);
        let salt = whole.first_chunk().copied().unwrap_or_default();
        let of_the_mix = self.kind(realm, name, mix).and_then(|kind| dummy_of(kind, salt));
        Arc::new(of_the_mix.unwrap_or_else(|| PasswordHash::dummy(usual, salt)))
    }

    /// A number that goes with the name, below `below`.
    pub(super) fn slot(&self, realm: &RealmId, name: &str, below: u64) -> u64 {
        number(&self.keyed(*b"slot", realm, name, &[])) % below.max(1)
    }

    fn kind<'a>(&self, realm: &RealmId, name: &str, mix: &'a [(String, u64)]) -> Option<&'a str> {
        let mut best: Option<(f64, &str)> = None;
        for (kind, weight) in mix.iter().filter(|(_, weight)| *weight > 0) {
            let drawn = number(&self.keyed(*b"kind", realm, name, kind.as_bytes()));
            // Evenly in (0, 1]: an exponential wait whose rate is the weight; the shortest one wins.
            let even = (drawn as f64 + 1.0) / (u64::MAX as f64 + 1.0);
            let wait = -even.ln() / *weight as f64;
            if best.is_none_or(|(shortest, _)| wait < shortest) {
                best = Some((wait, kind));
            }
        }
        best.map(|(_, kind)| kind)
    }

    fn keyed(&self, purpose: [u8; 4], realm: &RealmId, name: &str, more: &[u8]) -> [u8; 32] {
        let realm = realm.as_str().as_bytes();
        let lengths = [(realm.len() as u64).to_le_bytes(), (name.len() as u64).to_le_bytes()];
        hmac_sha256(self.key.as_slice(), &[&purpose, &lengths[0], realm, &lengths[1], name.as_bytes(), more])
    }
}

fn number(bytes: &[u8; 32]) -> u64 {
    bytes.first_chunk().copied().map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::hash_kind;
    use crypto::random::SystemRandom;

    fn specs() -> [HashSpec; 3] {
        ["argon2", "pbkdf2-sha512", "pbkdf2-sha256"].map(|id| HashSpec::from_policy(Some(id), None).unwrap())
    }

    fn dummies() -> Dummies {
        Dummies::new(&MasterKey::generate(&SystemRandom))
    }

    fn words(mix: &[(HashSpec, u64)]) -> Vec<(String, u64)> {
        mix.iter().map(|(spec, users)| (hash_kind(spec), *users)).collect()
    }

    fn kinds(dummies: &Dummies, mix: &[(HashSpec, u64)]) -> Vec<HashSpec> {
        let (realm, mix) = (RealmId::from("r"), words(mix));
        (0..2_000)
            .map(|number| dummies.draw(&realm, &format!("user-{number}"), &mix, &HashSpec::DEFAULT).spec())
            .collect()
    }

    #[test]
    fn a63_the_kinds_of_dummies_are_in_the_proportions_of_the_realm() {
        let [argon2, sha512, sha256] = specs();
        let drawn = kinds(&dummies(), &[(argon2, 700), (sha512, 200), (sha256, 100)]);
        let share = |spec: HashSpec| drawn.iter().filter(|kind| **kind == spec).count();
        // Six standard deviations around 1400, 400 and 200 of 2000.
        assert!((1_277..1_523).contains(&share(argon2)), "{}", share(argon2));
        assert!((293..507).contains(&share(sha512)), "{}", share(sha512));
        assert!((120..280).contains(&share(sha256)), "{}", share(sha256));
    }

    #[test]
    fn a63_a_name_keeps_its_dummy_and_another_instance_draws_another() {
        let master = MasterKey::generate(&SystemRandom);
        let [argon2, sha512, sha256] = specs();
        let mix = [(argon2, 1), (sha512, 1), (sha256, 1)];
        let drawn = kinds(&Dummies::new(&master), &mix);
        assert_eq!(drawn, kinds(&Dummies::new(&master), &mix));
        assert_ne!(drawn, kinds(&dummies(), &mix));
        let dummies = Dummies::new(&master);
        let (realm, other) = (RealmId::from("r"), RealmId::from("s"));
        let draw = |realm, name| dummies.draw(realm, name, &words(&mix), &HashSpec::DEFAULT);
        assert!(draw(&realm, "alice") == draw(&realm, "alice"));
        assert!(draw(&realm, "alice") != draw(&realm, "bob"));
        assert!(draw(&realm, "alice") != draw(&other, "alice"));
    }

    #[test]
    fn a_kind_that_grows_takes_names_and_none_moves_elsewhere() {
        let dummies = dummies();
        let [argon2, sha512, sha256] = specs();
        let before = kinds(&dummies, &[(argon2, 100), (sha512, 100), (sha256, 100)]);
        let after = kinds(&dummies, &[(sha256, 100), (argon2, 150), (sha512, 100)]);
        let moved: Vec<_> = before.iter().zip(&after).filter(|(before, after)| before != after).collect();
        assert!(!moved.is_empty());
        assert!(moved.iter().all(|(_, after)| **after == argon2));
    }

    #[test]
    fn without_a_password_in_the_realm_the_policys_kind_is_taken() {
        let [argon2, ..] = specs();
        let drawn = dummies().draw(&RealmId::from("r"), "x", &[], &argon2);
        assert_eq!(drawn.spec(), argon2);
        assert_eq!(kinds(&dummies(), &[(argon2, 0)])[0], HashSpec::DEFAULT);
    }
}
