//! The realm's password policy: Keycloak's one-line text, parsed into rules.
//!
//! A rule is one file. It either judges a new password ([`Check`]) or fills a field of [`PasswordPolicy`] that another
//! part of the house reads (the cost of a hash, the depth of the history, the age of a password). The list of rules is
//! [`RULES`]; a new rule is a new file and one line there.

mod black_list;
mod characters;
mod force_change;
mod hash_algorithm;
mod hash_iterations;
mod history;
mod length;
mod max_auth_age;
mod max_length;
mod not_contains_username;
mod not_email;
mod not_username;
mod parse;
mod password_age;
mod recovery_codes;
mod regex_pattern;

use std::fmt;
use std::sync::Arc;

use crypto::password::HashSpec;

pub use black_list::{BlackLists, FolderOfLists, ListError, NoLists};
pub use parse::PolicyFault;

/// Every rule that is known, by Keycloak's id.
const RULES: &[Rule] = &[
    length::RULE,
    max_length::RULE,
    characters::DIGITS,
    characters::LOWER_CASE,
    characters::UPPER_CASE,
    characters::SPECIAL,
    not_username::RULE,
    not_email::RULE,
    not_contains_username::RULE,
    regex_pattern::RULE,
    history::RULE,
    password_age::RULE,
    black_list::RULE,
    force_change::RULE,
    hash_algorithm::RULE,
    hash_iterations::RULE,
    max_auth_age::RULE,
    recovery_codes::RULE,
];

/// One kind of rule: its id in the policy text and how its argument is read into the policy.
struct Rule {
    id: &'static str,
    /// `None` as argument is an absent, empty or `undefined` one: the rule's default.
    read: fn(argument: Option<&str>, policy: &mut PasswordPolicy) -> Result<(), String>,
}

/// What a new password is judged with.
#[derive(Clone, Copy)]
pub struct NewPassword<'a> {
    /// The password as typed; never trimmed or normalised.
    pub password: &'a str,
    /// The user's name as stored.
    pub username: &'a str,
    /// The user's e-mail address as stored.
    pub email: Option<&'a str>,
    /// Where lists of forbidden passwords are looked up.
    pub lists: &'a dyn BlackLists,
}

/// A rule that a new password broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule's id in the policy text.
    pub rule: &'static str,
    /// Keycloak's message key, which the page's language file turns into words.
    pub message: &'static str,
    /// What the message shows: the number of characters, the length of the history. Never the password.
    pub parameter: Option<String>,
}

/// Why a new password is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Refusal {
    Broken(Violation),
    /// The rule could not be asked; nothing is let through on a guess.
    Unanswered(String),
}

/// A rule that looks at the new password alone.
trait Check: Send + Sync + fmt::Debug {
    fn check(&self, new: &NewPassword<'_>) -> Result<(), Refusal>;
}

/// How a realm wants passwords to be.
#[derive(Clone, Debug, Default)]
pub struct PasswordPolicy {
    /// As it was written; two policies are equal when their texts are.
    text: String,
    checks: Vec<Arc<dyn Check>>,
    hash_algorithm: Option<String>,
    hash_iterations: Option<u32>,
    history: u32,
    history_days: u32,
    forced_change_days: Option<u32>,
    max_auth_age: Option<u32>,
    recovery_codes_warning: Option<u32>,
}

impl PartialEq for PasswordPolicy {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for PasswordPolicy {}

impl PasswordPolicy {
    /// Reads a policy text such as `length(12) and digits(1) and notUsername(undefined)`.
    ///
    /// # Errors
    /// Names the piece that is unknown or cannot be read: a rule that is silently dropped would be a weaker policy
    /// than the one somebody wrote.
    pub fn parse(text: &str) -> Result<Self, PolicyFault> {
        parse::parse(text)
    }

    /// The hash that a new or re-hashed password of this realm gets.
    pub fn hash_spec(&self) -> HashSpec {
        // The parser has tried this pair, so that the default is never reached with a policy that names something.
        HashSpec::from_policy(self.hash_algorithm.as_deref(), self.hash_iterations).unwrap_or(HashSpec::DEFAULT)
    }

    /// How many of the newest passwords, the current one included, may not come back. 0: any may.
    pub fn history(&self) -> u32 {
        self.history
    }

    /// For how many days an old password may not come back. 0: not asked.
    pub fn history_days(&self) -> u32 {
        self.history_days
    }

    /// After how many days a password must be changed.
    pub fn forced_change_days(&self) -> Option<u32> {
        self.forced_change_days
    }

    /// How many seconds old a log-in may be when the person changes a credential.
    pub fn max_auth_age(&self) -> Option<u32> {
        self.max_auth_age
    }

    /// With how few recovery codes left the person is warned.
    pub fn recovery_codes_warning(&self) -> Option<u32> {
        self.recovery_codes_warning
    }

    /// Judges a new password by every rule that needs no stored hash; all broken rules are reported together.
    ///
    /// # Errors
    /// [`CheckFailed::Broken`] with the rules, or [`CheckFailed::Unanswered`] when a rule could not be asked.
    pub fn check(&self, new: &NewPassword<'_>) -> Result<(), CheckFailed> {
        let mut broken = Vec::new();
        for check in &self.checks {
            match check.check(new) {
                Ok(()) => {}
                Err(Refusal::Broken(violation)) => broken.push(violation),
                Err(Refusal::Unanswered(why)) => return Err(CheckFailed::Unanswered(why)),
            }
        }
        if broken.is_empty() { Ok(()) } else { Err(CheckFailed::Broken(broken)) }
    }
}

/// Why [`PasswordPolicy::check`] did not take a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckFailed {
    /// The rules that were broken, in the policy's order.
    Broken(Vec<Violation>),
    /// A rule could not be asked (a list of forbidden passwords is missing); for the operator, not for the person.
    Unanswered(String),
}

fn broken(rule: &'static str, message: &'static str, parameter: Option<String>) -> Refusal {
    Refusal::Broken(Violation { rule, message, parameter })
}

/// Reads a rule's number; absent means the rule's default.
fn number(argument: Option<&str>, default: u32) -> Result<u32, String> {
    match argument {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| format!("expects a whole number from 0 to {}, not {text:?}", u32::MAX)),
    }
}

#[cfg(test)]
mod tests;
