//! `forceExpiredPasswordChange(days)`: an older password must be changed at the next log-in.

use super::{Rule, number};

pub(super) const RULE: Rule = Rule {
    id: "forceExpiredPasswordChange",
    read: |argument, policy| {
        policy.forced_change_days = Some(number(argument, 365)?);
        Ok(())
    },
};
