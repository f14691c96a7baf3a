//! `maxAuthAge(seconds)`: how fresh a log-in must be when the person changes a credential.

use super::{Rule, number};

pub(super) const RULE: Rule = Rule {
    id: "maxAuthAge",
    read: |argument, policy| {
        policy.max_auth_age = Some(number(argument, 300)?);
        Ok(())
    },
};
