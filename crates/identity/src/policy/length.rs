//! `length(n)`: at least n characters.

use std::sync::Arc;

use super::{Check, NewPassword, Refusal, Rule, broken, number};

pub(super) const RULE: Rule = Rule {
    id: "length",
    read: |argument, policy| {
        policy.checks.push(Arc::new(Length(number(argument, 8)?)));
        Ok(())
    },
};

#[derive(Debug)]
struct Length(u32);

impl Check for Length {
    fn check(&self, new: &NewPassword<'_>) -> Result<(), Refusal> {
        // NIST SP 800-63B-4 section 3.1.1.2: each Unicode code point counts as one character.
        if new.password.chars().count() >= self.0 as usize {
            return Ok(());
        }
        Err(broken("length", "invalidPasswordMinLengthMessage", Some(self.0.to_string())))
    }
}
