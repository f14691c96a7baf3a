//! What a person is to be asked. How it looks is a page's matter.

use identity::CredentialId;

use crate::ExecutionId;

/// A text by its key in the message bundles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The key.
    pub key: &'static str,
    /// What fills its places.
    pub arguments: Vec<String>,
}

impl Message {
    /// A text without places.
    pub fn new(key: &'static str) -> Self {
        Self { key, arguments: Vec::new() }
    }
}

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// User name and password.
    UsernamePassword,
    /// User name alone.
    Username,
    /// Password alone, of a person whose name is known.
    Password,
    /// A one-time code.
    Otp {
        /// The chosen device, if one was.
        selected: Option<CredentialId>,
    },
    /// A recovery code.
    RecoveryCode {
        /// Its number in the person's list.
        number: u32,
    },
    /// Who has forgotten their credentials.
    ResetChooseUser,
    /// A mail was sent, or seems to be: nothing tells whether there is such a person.
    ResetEmailSent,
    /// A new account.
    Register {
        /// Whether a password is asked for.
        password: bool,
        /// Whether terms are to be accepted.
        terms: bool,
    },
    /// Another way of authenticating.
    Select,
}

/// What a person is to be asked, with what was wrong about the last answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Which page.
    pub page: Page,
    /// What concerns no single field.
    pub notice: Option<Message>,
    /// What concerns one, by the field's name.
    pub fields: Vec<(String, Message)>,
}

impl Challenge {
    /// The page at its first visit.
    pub fn new(page: Page) -> Self {
        Self { page, notice: None, fields: Vec::new() }
    }

    /// The page again, with what was wrong with a field.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>, message: Message) -> Self {
        self.fields.push((field.into(), message));
        self
    }

    /// The page again, with what was wrong in general.
    #[must_use]
    pub fn notice(mut self, message: Message) -> Self {
        self.notice = Some(message);
        self
    }
}

/// Another way that is open to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Its execution.
    pub execution: ExecutionId,
    /// Keycloak's id of its authenticator.
    pub authenticator: &'static str,
}
