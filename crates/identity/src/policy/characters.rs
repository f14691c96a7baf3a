//! `digits(n)`, `lowerCase(n)`, `upperCase(n)`, `specialChars(n)`: at least n characters of a class.
//!
//! One rule with four classes; the classes are Unicode's, so that a person may type in any script.

use std::sync::Arc;

use super::{Check, NewPassword, PasswordPolicy, Refusal, Rule, broken, number};

pub(super) const DIGITS: Rule = Rule {
    id: "digits",
    read: |argument, policy| add(argument, policy, "digits", "invalidPasswordMinDigitsMessage", char::is_numeric),
};

pub(super) const LOWER_CASE: Rule = Rule {
    id: "lowerCase",
    read: |argument, policy| {
        add(argument, policy, "lowerCase", "invalidPasswordMinLowerCaseCharsMessage", char::is_lowercase)
    },
};

pub(super) const UPPER_CASE: Rule = Rule {
    id: "upperCase",
    read: |argument, policy| {
        add(argument, policy, "upperCase", "invalidPasswordMinUpperCaseCharsMessage", char::is_uppercase)
    },
};

pub(super) const SPECIAL: Rule = Rule {
    id: "specialChars",
    read: |argument, policy| {
        add(argument, policy, "specialChars", "invalidPasswordMinSpecialCharsMessage", |c| !c.is_alphanumeric())
    },
};

#[derive(Debug)]
struct Characters {
    rule: &'static str,
    message: &'static str,
    least: u32,
    belongs: fn(char) -> bool,
}

fn add(
    argument: Option<&str>,
    policy: &mut PasswordPolicy,
    rule: &'static str,
    message: &'static str,
    belongs: fn(char) -> bool,
) -> Result<(), String> {
    let least = number(argument, 1)?;
    policy.checks.push(Arc::new(Characters { rule, message, least, belongs }));
    Ok(())
}

impl Check for Characters {
    fn check(&self, new: &NewPassword<'_>) -> Result<(), Refusal> {
        if new.password.chars().filter(|c| (self.belongs)(*c)).count() >= self.least as usize {
            return Ok(());
        }
        Err(broken(self.rule, self.message, Some(self.least.to_string())))
    }
}
