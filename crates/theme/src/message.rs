//! Messages with placeholders, in the notation that Keycloak's bundles and realm texts use (Java's `MessageFormat`).

use std::fmt::Write as _;

/// A message, read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Words(Box<str>),
    Argument(usize),
}

/// More arguments than any message has; a larger number in braces is plain text.
const ARGUMENTS: usize = 32;

impl Message {
    /// Reads a message: `{0}` is an argument, `''` an apostrophe, and what stands between two single apostrophes is taken
    /// literally. Nothing is refused: what is no placeholder stays text.
    pub fn parse(written: &str) -> Self {
        let mut pieces = Vec::new();
        let mut words = String::new();
        let mut rest = written;
        let mut quoted = false;
        while let Some(at) = rest.find(['\'', '{']) {
            let (before, from) = rest.split_at(at);
            words.push_str(before);
            if let Some(after) = from.strip_prefix("''") {
                words.push('\'');
                rest = after;
            } else if let Some(after) = from.strip_prefix('\'') {
                quoted = !quoted;
                rest = after;
            } else if let Some((argument, after)) = (!quoted).then(|| argument(from)).flatten() {
                if !words.is_empty() {
                    pieces.push(Piece::Words(std::mem::take(&mut words).into()));
                }
                pieces.push(Piece::Argument(argument));
                rest = after;
            } else {
                words.push('{');
                rest = from.strip_prefix('{').unwrap_or_default();
            }
        }
        words.push_str(rest);
        if !words.is_empty() {
            pieces.push(Piece::Words(words.into()));
        }
        Self { pieces }
    }

    /// The message with its arguments put in. An argument that is not given shows its placeholder.
    pub fn format<S: AsRef<str>>(&self, arguments: &[S]) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Words(words) => out.push_str(words),
                Piece::Argument(number) => match arguments.get(*number) {
                    Some(argument) => out.push_str(argument.as_ref()),
                    None => {
                        // Writing to a String cannot fail.
                        let _ = write!(out, "{{{number}}}");
                    }
                },
            }
        }
        out
    }

    /// The numbers of the placeholders, each once, in ascending order.
    pub fn placeholders(&self) -> Vec<usize> {
        let mut found: Vec<usize> = self
            .pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Argument(number) => Some(*number),
                Piece::Words(_) => None,
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Reads `{n}` or `{n,format}` at the start of a text; the format is not applied: our arguments are texts already.
fn argument(from: &str) -> Option<(usize, &str)> {
    let (inside, after) = from.strip_prefix('{')?.split_once('}')?;
    let number = inside.split_once(',').map_or(inside, |(number, _)| number).trim();
    let number = number.parse().ok().filter(|number| *number < ARGUMENTS)?;
    Some((number, after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(written: &str, arguments: &[&str]) -> String {
        Message::parse(written).format(arguments)
    }

    #[test]
    fn placeholders_and_apostrophes_as_in_keycloak() {
        assert_eq!(shown("Hello {0}, {1}!", &["Ada", "hi"]), "Hello Ada, hi!");
        assert_eq!(shown("user ''{0}''", &["a"]), "user 'a'");
        assert_eq!(shown("it's {0}", &["a"]), "its {0}", "an apostrophe alone opens a quotation");
        assert_eq!(shown("'{'0}", &["a"]), "{0}");
        assert_eq!(shown("{0,number,integer} left", &["3"]), "3 left");
        assert_eq!(shown("{1}", &["a"]), "{1}");
        assert_eq!(shown("a { b {x} {99}", &["a"]), "a { b {x} {99}");
    }

    #[test]
    fn an_argument_is_never_read_as_a_message() {
        assert_eq!(shown("{0}{1}", &["{1}", "'x"]), "{1}'x");
    }

    #[test]
    fn placeholders_are_listed_once() {
        assert_eq!(Message::parse("{1} {0} {1}").placeholders(), [0, 1]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(written in ".*", argument in ".*") {
            Message::parse(&written).format(&[argument]);
        }

        #[test]
        fn text_without_marks_stays(written in "[^'{]*") {
            prop_assert_eq!(Message::parse(&written).format::<&str>(&[]), written);
        }
    }
}
