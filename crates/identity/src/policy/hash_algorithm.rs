//! `hashAlgorithm(id)`: what a new password is hashed with.

use crypto::password::HashSpec;

use super::Rule;

pub(super) const RULE: Rule = Rule {
    id: "hashAlgorithm",
    read: |argument, policy| {
        policy.hash_algorithm = argument.map(str::to_owned);
        HashSpec::from_policy(argument, None)
            .map(drop)
            .map_err(|_| "expects argon2, pbkdf2-sha512, pbkdf2-sha256 or pbkdf2".to_owned())
    },
};
