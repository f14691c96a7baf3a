//! `regexPattern(expression)`: the whole password matches.
//!
//! Expressions of Keycloak realms use look-ahead, which an automaton alone does not know; the engine goes back and
//! forth for those, a bounded number of times.

use std::fmt;
use std::sync::Arc;

use fancy_regex::{Regex, RegexBuilder};

use super::{Check, NewPassword, Refusal, Rule, broken};

/// Steps that one match may take; a password is at most some thousand bytes, and an honest expression needs few.
const MAX_STEPS: usize = 1_000_000;
/// Bytes of one compiled automaton.
const MAX_COMPILED: usize = 1 << 20;

pub(super) const RULE: Rule = Rule {
    id: "regexPattern",
    read: |argument, policy| {
        let expression = argument.ok_or("expects an expression")?;
        let regex = RegexBuilder::new(&format!("\\A(?:{expression})\\z"))
            .backtrack_limit(MAX_STEPS)
            .delegate_size_limit(MAX_COMPILED)
            .build()
            .map_err(|error| format!("the expression cannot be read: {error}"))?;
        policy.checks.push(Arc::new(Pattern { regex, expression: expression.to_owned() }));
        Ok(())
    },
};

struct Pattern {
    regex: Regex,
    expression: String,
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.expression).finish()
    }
}

impl Check for Pattern {
    fn check(&self, new: &NewPassword<'_>) -> Result<(), Refusal> {
        // An expression that gives up on a password has not matched it.
        if self.regex.is_match(new.password).unwrap_or(false) {
            return Ok(());
        }
        Err(broken("regexPattern", "invalidPasswordRegexPatternMessage", Some(self.expression.clone())))
    }
}
