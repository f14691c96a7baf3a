//! `maxLength(n)`: at most n characters.

use std::sync::Arc;

use super::{Check, NewPassword, Refusal, Rule, broken, number};

pub(super) const RULE: Rule = Rule {
    id: "maxLength",
    read: |argument, policy| {
        policy.checks.push(Arc::new(MaxLength(number(argument, 64)?)));
        Ok(())
    },
};

#[derive(Debug)]
struct MaxLength(u32);

impl Check for MaxLength {
    fn check(&self, new: &NewPassword<'_>) -> Result<(), Refusal> {
        if new.password.chars().count() <= self.0 as usize {
            return Ok(());
        }
        Err(broken("maxLength", "invalidPasswordMaxLengthMessage", Some(self.0.to_string())))
    }
}
