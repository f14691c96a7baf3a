//! Fields of the declarative user profile.

use theme::{Frame, Text};

use super::part::Feedback;

/// A value to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: Text,
}

/// How a field is filled in (`inputType` of Keycloak's annotations).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum FieldKind {
    /// One line.
    #[default]
    Text,
    /// One line of a kind that browsers know: `email`, `tel`, `url`, `number`, `range`, `date`, `month`, `time`,
    /// `datetime-local`.
    Html5(&'static str),
    /// Several lines: rows and columns.
    Textarea {
        /// Lines shown.
        rows: Option<u16>,
        /// Letters in a line.
        cols: Option<u16>,
    },
    /// One of a list.
    Select(Vec<Choice>),
    /// Several of a list.
    Multiselect(Vec<Choice>),
    /// One of a few, all shown.
    Radio(Vec<Choice>),
    /// Several of a few, all shown.
    Checkboxes(Vec<Choice>),
    /// Several lines of one value each; a further empty one is always shown.
    Multivalued,
}

/// A field of the profile, as the realm's configuration and the person's right to see and change it leave it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfileField {
    /// Name of the attribute, as the form sends it.
    pub name: String,
    /// Label; absent: the message of the field's name.
    pub label: Option<Text>,
    /// How it is filled in.
    pub kind: FieldKind,
    /// What it holds; at most one unless the kind takes several.
    pub values: Vec<String>,
    /// Whether it must be filled in.
    pub required: bool,
    /// Whether it is only shown.
    pub read_only: bool,
    /// `autocomplete` of the field (`email`, `given-name`, …).
    pub autocomplete: Option<&'static str>,
    /// Words in the empty field.
    pub placeholder: Option<Text>,
    /// Help over the field.
    pub help_before: Option<Text>,
    /// Help under the field.
    pub help_after: Option<Text>,
    /// Most letters.
    pub max_length: Option<u32>,
    /// Name of the group it belongs to; fields of a group stand together, in the given order.
    pub group: Option<Text>,
}

impl ProfileField {
    /// The label in the page's language.
    pub(super) fn label_in(&self, frame: &Frame) -> String {
        match &self.label {
            Some(label) => frame.text(label),
            None => frame.t(&self.name),
        }
    }

    pub(super) fn value(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }

    pub(super) fn has(&self, value: &str) -> bool {
        self.values.iter().any(|own| own == value)
    }

    pub(super) fn input_type(&self) -> &'static str {
        match self.kind {
            FieldKind::Html5(kind) => kind,
            _ => "text",
        }
    }

    /// The lines of a field of several values, with an empty one to add to them.
    pub(super) fn lines(&self) -> Vec<&str> {
        let further = (!self.read_only).then_some("");
        self.values.iter().map(String::as_str).chain(further).collect()
    }

    pub(super) fn is_described(&self, feedback: &Feedback) -> bool {
        !self.descriptions(feedback).is_empty()
    }

    /// Ids of what describes the field, for screen readers.
    pub(super) fn descriptions(&self, feedback: &Feedback) -> String {
        let ids = [
            feedback.of(&self.name).map(|_| format!("input-error-{}", self.name)),
            self.help_before.as_ref().map(|_| format!("form-help-text-before-{}", self.name)),
            self.help_after.as_ref().map(|_| format!("form-help-text-after-{}", self.name)),
        ];
        ids.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Whether the field starts a group that the one before it is not in.
    pub(super) fn opens_group(&self, before: Option<&Self>) -> bool {
        self.group.is_some() && self.group.as_ref() != before.and_then(|before| before.group.as_ref())
    }
}
