//! Patterns of a realm's configuration, with bounded work.

use fancy_regex::{Regex, RegexBuilder};

/// Steps back that a match may take.
const MAX_STEPS: usize = 20_000;
/// Longest pattern, in bytes.
const MAX_PATTERN: usize = 4096;

/// A pattern that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPattern;

/// A regular expression of a realm's configuration.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// Reads one.
    ///
    /// # Errors
    /// When it is none, or huge.
    pub fn new(text: &str) -> Result<Self, BadPattern> {
        if text.len() > MAX_PATTERN {
            return Err(BadPattern);
        }
        // Java's `matches` wants the whole text.
        let whole = format!(r"\A(?:{text})\z");
        RegexBuilder::new(&whole).backtrack_limit(MAX_STEPS).build().map(Self).map_err(|_| BadPattern)
    }

    /// Whether all of a text matches. One that takes too much work does not.
    #[must_use]
    pub fn matches_whole(&self, text: &str) -> bool {
        self.0.is_match(text).unwrap_or_default()
    }
}
