//! What somebody searches for, as a test of one text.

use super::LONGEST;
use crate::{Error, sql};

/// Stars in one word at most: each multiplies the work of a comparison.
const MOST_STARS: usize = 3;

/// A test of one text, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// It is this.
    Exact(String),
    /// It begins so.
    Prefix(String),
    /// It matches this pattern of `LIKE`.
    Like(String),
    /// It holds this somewhere.
    Within(String),
}

/// Keycloak's language of searches: a word is the beginning, `*` stands for anything, quotation marks for the whole.
pub(super) fn read(word: &str) -> Result<Word, Error> {
    let word = lower(word)?;
    if let Some(whole) = word.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return Ok(Word::Exact(whole.to_owned()));
    }
    let body = word.trim_end_matches('*');
    if !body.contains('*') {
        return Ok(Word::Prefix(body.to_owned()));
    }
    let pattern = sql::like(&format!("{body}*"));
    let inner = body.trim_start_matches('*');
    if !inner.contains('*') {
        return Ok(Word::Within(inner.to_owned()));
    }
    if pattern.matches('%').count() > MOST_STARS {
        return Err(Error::invalid("search", format!("a word has more than {MOST_STARS} stars")));
    }
    Ok(Word::Like(pattern))
}

/// A part of a text, or the whole.
pub(super) fn part(text: &str, exact: bool) -> Result<Word, Error> {
    let text = lower(text)?;
    Ok(if exact { Word::Exact(text) } else { Word::Within(text) })
}

fn lower(text: &str) -> Result<String, Error> {
    if text.len() > LONGEST {
        return Err(Error::invalid("search", format!("a word is longer than {LONGEST} bytes")));
    }
    Ok(text.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_keycloak_reads_them() {
        let prefix = |text: &str| Word::Prefix(text.to_owned());
        assert_eq!(read("Ali").unwrap(), prefix("ali"));
        assert_eq!(read("ali**").unwrap(), prefix("ali"));
        assert_eq!(read("*").unwrap(), prefix(""));
        assert_eq!(read("*lice*").unwrap(), Word::Within("lice".to_owned()));
        assert_eq!(read("*lice").unwrap(), Word::Within("lice".to_owned()));
        assert_eq!(read("a*e").unwrap(), Word::Like("a%e%".to_owned()));
        assert_eq!(read("\"Alice\"").unwrap(), Word::Exact("alice".to_owned()));
        assert_eq!(read("\"").unwrap(), prefix("\""));
        assert_eq!(part("Lic", false).unwrap(), Word::Within("lic".to_owned()));
    }

    #[test]
    fn a80_work_is_bounded() {
        assert!(matches!(read("a*b*c*d*e"), Err(Error::Invalid(_))));
        assert!(matches!(read(&"x".repeat(256)), Err(Error::Invalid(_))));
    }
}
