//! `recoveryCodesWarningThreshold(n)`: with how few codes left the person is warned.

use super::{Rule, number};

pub(super) const RULE: Rule = Rule {
    id: "recoveryCodesWarningThreshold",
    read: |argument, policy| {
        policy.recovery_codes_warning = Some(number(argument, 4)?);
        Ok(())
    },
};
