//! `notContainsUsername`: the user's name stands nowhere in the password, in whatever case.

use std::sync::Arc;

use super::{Check, NewPassword, Refusal, Rule, broken};

pub(super) const RULE: Rule = Rule {
    id: "notContainsUsername",
    read: |_, policy| {
        policy.checks.push(Arc::new(NotContainsUsername));
        Ok(())
    },
};

#[derive(Debug)]
struct NotContainsUsername;

impl Check for NotContainsUsername {
    fn check(&self, new: &NewPassword<'_>) -> Result<(), Refusal> {
        let name = new.username.to_lowercase();
        // Every text contains the empty name.
        if name.is_empty() || !new.password.to_lowercase().contains(&name) {
            return Ok(());
        }
        Err(broken("notContainsUsername", "invalidPasswordNotContainsUsernameMessage", None))
    }
}
