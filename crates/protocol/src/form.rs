//! Fields that consoles draw for a plugin's settings, so that nobody compares protocol names.

/// How a field is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of text.
    Text,
    /// A whole number, not below this.
    Number {
        /// The least value.
        least: i64,
    },
    /// `true` or `false`.
    Flag,
    /// One of these: value and label.
    Choice(&'static [(&'static str, &'static str)]),
    /// Several values, comma-separated when stored.
    List,
}

/// One setting: a client attribute, or a key of a mapper's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormField {
    /// The attribute's or key's name.
    pub name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// How it is filled in.
    pub kind: FieldKind,
    /// What it does, for people.
    pub help: &'static str,
    /// What an absent value means; `None` where the value is needed or absence has a meaning of its own.
    pub default: Option<&'static str>,
}
