//! `passwordAge(days)`: no password that was set within so many days comes back.

use super::{Rule, number};

pub(super) const RULE: Rule = Rule {
    id: "passwordAge",
    read: |argument, policy| {
        policy.history_days = number(argument, 30)?;
        Ok(())
    },
};
