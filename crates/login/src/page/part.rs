//! What several pages show.

use theme::Text;

/// How grave a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Something failed and needs an answer.
    Error,
    /// Something to beware of.
    Warning,
    /// Something to know.
    Info,
    /// Something worked.
    Success,
}

impl Severity {
    /// Its name in class attributes.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Success => "success",
        }
    }

    /// Whether a screen reader is to interrupt with it.
    pub(super) fn role(self) -> &'static str {
        match self {
            Self::Error | Self::Warning => "alert",
            Self::Info | Self::Success => "status",
        }
    }
}

/// A sentence over the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How grave it is.
    pub severity: Severity,
    /// What it says.
    pub text: Text,
}

/// A fault of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Name of the field, as its form sends it.
    pub field: String,
    /// What is wrong.
    pub text: Text,
}

/// What a page says about the last attempt. Empty at the first visit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feedback {
    /// What concerns no single field.
    pub notice: Option<Notice>,
    /// What concerns one.
    pub fields: Vec<FieldError>,
}

impl Feedback {
    /// An error that concerns no single field.
    pub fn error(text: Text) -> Self {
        Self::notice(Severity::Error, text)
    }

    /// A notice.
    pub fn notice(severity: Severity, text: Text) -> Self {
        Self { notice: Some(Notice { severity, text }), fields: Vec::new() }
    }

    /// An error of one field.
    pub fn field(field: impl Into<String>, text: Text) -> Self {
        Self::default().and_field(field, text)
    }

    /// The same with one more error of a field.
    #[must_use]
    pub fn and_field(mut self, field: impl Into<String>, text: Text) -> Self {
        self.fields.push(FieldError { field: field.into(), text });
        self
    }

    /// The first error of a field.
    pub(super) fn of(&self, field: &str) -> Option<&Text> {
        self.fields.iter().find(|error| error.field == field).map(|error| &error.text)
    }

    /// The error of a field, if there is just one: it needs no list.
    pub(super) fn only(&self) -> Option<&FieldError> {
        match self.fields.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    pub(super) fn is_wrong(&self) -> bool {
        !self.fields.is_empty()
    }
}

/// A way on from a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it leads. Only what the server itself or a client's registration says.
    pub href: String,
    /// What it says.
    pub text: Text,
}

/// Who is logging in, once it is known, with a way to be somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The name that was typed, or the user's.
    pub username: String,
    /// Address that starts the log-in again.
    pub restart_link: String,
}

/// What a field for the user name asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UsernameKind {
    /// The name alone.
    Username,
    /// The name, or the e-mail address.
    #[default]
    UsernameOrEmail,
    /// The e-mail address, which is the name.
    Email,
}

impl UsernameKind {
    /// The message that labels the field.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::UsernameOrEmail => "usernameOrEmail",
            Self::Email => "email",
        }
    }

    /// The field's `type`: a telephone's keyboard shows `@` for an address.
    pub(super) fn input_type(self) -> &'static str {
        match self {
            Self::Email => "email",
            _ => "text",
        }
    }
}

/// What a page that an application asked for offers beside its own form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ActionChoices {
    /// Whether the person may leave without doing it (button `cancel-aia`): the application asked, not the realm.
    pub cancel: bool,
    /// The state of the box that ends the person's other sessions (`logout-sessions`); `None`: there is no box.
    pub logout_sessions: Option<bool>,
}
