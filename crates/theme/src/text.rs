//! A text that a page shows, before anybody knows in which language.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A message of the bundles with its arguments, or words that are shown as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Text {
    /// A message key and what stands for `{0}`, `{1}`, …
    Message {
        /// Key in the bundles; Keycloak's own where Keycloak has one.
        key: Cow<'static, str>,
        /// Shown as they are, never translated nor evaluated.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        arguments: Vec<String>,
    },
    /// Words that no bundle knows: a client's name, a label that an administrator wrote.
    Literal(String),
}

impl Text {
    /// A message without arguments yet.
    pub fn of(key: impl Into<Cow<'static, str>>) -> Self {
        Self::Message { key: key.into(), arguments: Vec::new() }
    }

    /// The same with one more argument. Words that are shown as they are take none.
    #[must_use]
    pub fn with(mut self, argument: impl Into<String>) -> Self {
        if let Self::Message { arguments, .. } = &mut self {
            arguments.push(argument.into());
        }
        self
    }

    /// Words that are shown as they are.
    pub fn literal(words: impl Into<String>) -> Self {
        Self::Literal(words.into())
    }

    /// Reads Keycloak's way of writing a display name: `${key}` names a message, all else is the name itself.
    pub fn display(written: &str) -> Self {
        match written.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
            Some(key) if !key.is_empty() && !key.contains(['{', '}', '$']) => Self::of(key.to_owned()),
            _ => Self::literal(written),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_that_name_a_message_are_told_from_others() {
        assert_eq!(Text::display("${firstName}"), Text::of("firstName"));
        assert_eq!(Text::display("First name"), Text::literal("First name"));
        for plain in ["", "${}", "${a", "a}", "${${a}}", "x ${a}"] {
            assert_eq!(Text::display(plain), Text::literal(plain), "{plain}");
        }
    }

    #[test]
    fn arguments_go_to_messages_only() {
        let text = Text::of("a").with("1").with("2");
        assert_eq!(text, Text::Message { key: "a".into(), arguments: vec!["1".into(), "2".into()] });
        assert_eq!(Text::literal("a").with("1"), Text::literal("a"));
    }
}
