//! `passwordHistory(n)`: none of the newest n passwords comes back.
//!
//! The comparison needs the stored hashes and the hashing pool, so it stands with them in [`crate::authenticate`].

use super::{Rule, number};

/// Each entry costs one hash at every change of a password.
const MOST: u32 = 64;

pub(super) const RULE: Rule = Rule {
    id: "passwordHistory",
    read: |argument, policy| {
        policy.history = number(argument, 3)?;
        if policy.history > MOST {
            return Err(format!("at most {MOST}: each remembered password costs one hash at every change"));
        }
        Ok(())
    },
};
