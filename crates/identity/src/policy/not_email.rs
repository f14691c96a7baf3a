//! `notEmail`: the password is not the user's e-mail address, in whatever case.

use std::sync::Arc;

use super::{Check, NewPassword, Refusal, Rule, broken};

pub(super) const RULE: Rule = Rule {
    id: "notEmail",
    read: |_, policy| {
        policy.checks.push(Arc::new(NotEmail));
        Ok(())
    },
};

#[derive(Debug)]
struct NotEmail;

impl Check for NotEmail {
    fn check(&self, new: &NewPassword<'_>) -> Result<(), Refusal> {
        match new.email {
            Some(email) if new.password.to_lowercase() == email.to_lowercase() => {
                Err(broken("notEmail", "invalidPasswordNotEmailMessage", None))
            }
            _ => Ok(()),
        }
    }
}
