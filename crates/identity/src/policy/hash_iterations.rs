//! `hashIterations(n)`: how many rounds a new hash takes. Its bounds depend on the algorithm and are checked once the
//! whole text has been read.

use super::{Rule, number};

pub(super) const RULE: Rule = Rule {
    id: "hashIterations",
    read: |argument, policy| {
        // Keycloak writes -1 for "the algorithm's own number".
        if let Some(text) = argument
            && text.trim() != "-1"
        {
            policy.hash_iterations = Some(number(Some(text.trim()), 0)?);
        }
        Ok(())
    },
};
