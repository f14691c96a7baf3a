//! `notUsername`: the password is not the user's name, in whatever case.

use std::sync::Arc;

use super::{Check, NewPassword, Refusal, Rule, broken};

pub(super) const RULE: Rule = Rule {
    id: "notUsername",
    read: |_, policy| {
        policy.checks.push(Arc::new(NotUsername));
        Ok(())
    },
};

#[derive(Debug)]
struct NotUsername;

impl Check for NotUsername {
    fn check(&self, new: &NewPassword<'_>) -> Result<(), Refusal> {
        if new.password.to_lowercase() != new.username.to_lowercase() {
            return Ok(());
        }
        Err(broken("notUsername", "invalidPasswordNotUsernameMessage", None))
    }
}
