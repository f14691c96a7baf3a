//! Why an operation is not done, in the words that Keycloak's interface has for it.

use std::borrow::Cow;
use std::fmt;

use http::StatusCode;
use identity::Error;

/// Why an operation is not done.
#[derive(Debug)]
pub enum Refusal {
    /// Nobody asks.
    Unauthorized,
    /// The caller may not.
    Forbidden,
    /// It may not be done so; for the caller's eyes.
    Told(StatusCode, Words),
    /// The store's own reason.
    Store(Error),
}

/// The shapes of Keycloak's refusals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words {
    /// `{"error": …}`
    Error(Cow<'static, str>),
    /// `{"errorMessage": …}`
    Message(Cow<'static, str>),
    /// `{"error": …, "error_description": …}`
    Described(Cow<'static, str>, Cow<'static, str>),
    /// `{"field": …, "errorMessage": …, "params": […]}`
    Field {
        /// Which member.
        field: String,
        /// A key of the messages.
        message: String,
        /// What goes into the message.
        params: Vec<String>,
    },
    /// `{"errors": [{"field": …, "errorMessage": …, "params": […]}, …]}`
    Fields(Vec<(String, String, Vec<String>)>),
}

impl Refusal {
    /// 404 with `{"error": …}`.
    pub fn not_found(words: &'static str) -> Self {
        Self::Told(StatusCode::NOT_FOUND, Words::Error(words.into()))
    }

    /// 400 with `{"error": …}`.
    pub fn error(words: impl Into<Cow<'static, str>>) -> Self {
        Self::Told(StatusCode::BAD_REQUEST, Words::Error(words.into()))
    }

    /// 400 with `{"errorMessage": …}`.
    pub fn message(words: impl Into<Cow<'static, str>>) -> Self {
        Self::Told(StatusCode::BAD_REQUEST, Words::Message(words.into()))
    }

    /// 400 with `{"error": …, "error_description": …}`.
    pub fn described(error: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self::Told(StatusCode::BAD_REQUEST, Words::Described(error.into(), description.into()))
    }

    /// 409 with `{"errorMessage": …}`.
    pub fn conflict(words: impl Into<Cow<'static, str>>) -> Self {
        Self::Told(StatusCode::CONFLICT, Words::Message(words.into()))
    }

    /// 409 of an update that would make two of one.
    pub fn duplicate() -> Self {
        Self::Told(StatusCode::CONFLICT, Words::Described("conflict".into(), "Duplicate resource error".into()))
    }

    /// Another status.
    pub fn status(status: StatusCode, words: Words) -> Self {
        Self::Told(status, words)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unauthorized => f.write_str("nobody asks"),
            Self::Forbidden => f.write_str("the caller may not"),
            Self::Told(status, words) => write!(f, "{status}: {words:?}"),
            Self::Store(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for Refusal {}
