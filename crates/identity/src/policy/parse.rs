//! The policy's text: `id(argument) and id(argument)`.

use std::fmt;

use crypto::password::HashSpec;

use super::{PasswordPolicy, RULES};

/// No real policy is longer; it bounds what one realm document can make the parser do.
const MAX_TEXT: usize = 16 * 1024;

/// Why a policy's text cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFault {
    /// The piece of the text (a rule's id, mostly).
    pub piece: String,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for PolicyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "password policy: {}: {}", self.piece, self.reason)
    }
}

impl std::error::Error for PolicyFault {}

pub(super) fn parse(text: &str) -> Result<PasswordPolicy, PolicyFault> {
    if text.len() > MAX_TEXT {
        return Err(fault("text", format!("longer than {MAX_TEXT} bytes")));
    }
    let mut policy = PasswordPolicy { text: text.trim().to_owned(), ..PasswordPolicy::default() };
    let mut seen = Vec::new();
    for piece in pieces(text) {
        let (id, argument) = split(&piece)?;
        let rule = RULES.iter().find(|rule| rule.id == id).ok_or_else(|| fault(id, "no such rule"))?;
        if seen.contains(&rule.id) {
            return Err(fault(id, "named twice"));
        }
        seen.push(rule.id);
        (rule.read)(argument, &mut policy).map_err(|reason| fault(id, reason))?;
    }
    if HashSpec::from_policy(policy.hash_algorithm.as_deref(), policy.hash_iterations).is_err() {
        return Err(fault("hashIterations", "outside what this algorithm may cost"));
    }
    Ok(policy)
}

/// The text cut at ` and `, but not inside a rule's argument: an expression may hold the word too. An argument ends at
/// the last bracket before the next ` and `, because an expression may hold brackets of its own.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut open: Option<String> = None;
    for part in text.split(" and ") {
        let piece = match open.take() {
            Some(begun) => begun + " and " + part,
            None => part.to_owned(),
        };
        let trimmed = piece.trim();
        if trimmed.contains('(') && !trimmed.ends_with(')') {
            open = Some(piece);
        } else if !trimmed.is_empty() {
            pieces.push(trimmed.to_owned());
        }
    }
    pieces.extend(open.map(|piece| piece.trim().to_owned()));
    pieces
}

/// The id and the argument of one piece. Keycloak writes `undefined` where a rule has no argument.
fn split(piece: &str) -> Result<(&str, Option<&str>), PolicyFault> {
    let Some((id, rest)) = piece.split_once('(') else {
        return Ok((piece, None));
    };
    let argument = rest.strip_suffix(')').ok_or_else(|| fault(id, "its bracket is not closed"))?;
    let stated = !matches!(argument.trim(), "" | "undefined");
    Ok((id.trim(), stated.then_some(argument)))
}

fn fault(piece: &str, reason: impl Into<String>) -> PolicyFault {
    // A piece is shown to the operator; it is cut so that a log line stays a line.
    let piece = piece.chars().filter(|c| !c.is_control()).take(80).collect();
    PolicyFault { piece, reason: reason.into() }
}
