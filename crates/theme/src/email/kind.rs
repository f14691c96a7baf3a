//! Mails that ask for something.

use super::{Content, Email, MailFrame};
use crate::Text;

/// Asks whoever made an account to prove the address.
#[derive(Clone)]
pub struct VerifyEmail {
    /// Address of the action token.
    pub link: String,
    /// Seconds that it works.
    pub lifespan: u64,
}

/// Lets the person set new credentials.
#[derive(Clone)]
pub struct PasswordReset {
    /// Address of the action token.
    pub link: String,
    /// Seconds that it works.
    pub lifespan: u64,
}

/// An administrator asks the person for required actions.
#[derive(Clone)]
pub struct ExecuteActions {
    /// Names of the required actions.
    pub actions: Vec<String>,
    /// Address of the action token.
    pub link: String,
    /// Seconds that it works.
    pub lifespan: u64,
}

/// Asks the person to prove a new address; sent there.
#[derive(Clone)]
pub struct EmailUpdateConfirmation {
    /// The new address.
    pub email: String,
    /// Address of the action token.
    pub link: String,
    /// Seconds that it works.
    pub lifespan: u64,
}

/// Shows an administrator that mail arrives.
#[derive(Debug, Clone, Copy)]
pub struct TestMail;

impl VerifyEmail {
    /// The mail.
    pub fn render(self, frame: &MailFrame) -> Email {
        frame.write(&Content {
            subject: Text::of("emailVerificationSubject"),
            lead: Text::of("emailVerificationBody").with(&frame.realm),
            items: Vec::new(),
            link: Some(("emailVerificationButton", self.link, Some(self.lifespan))),
            closing: Some("mailIgnore"),
        })
    }
}

impl PasswordReset {
    /// The mail.
    pub fn render(self, frame: &MailFrame) -> Email {
        frame.write(&Content {
            subject: Text::of("passwordResetSubject"),
            lead: Text::of("passwordResetBody").with(&frame.realm),
            items: Vec::new(),
            link: Some(("passwordResetButton", self.link, Some(self.lifespan))),
            closing: Some("mailIgnore"),
        })
    }
}

impl ExecuteActions {
    /// The mail.
    pub fn render(self, frame: &MailFrame) -> Email {
        frame.write(&Content {
            subject: Text::of("executeActionsSubject"),
            lead: Text::of("executeActionsBody").with(&frame.realm),
            items: self.actions.iter().map(|action| Text::of(format!("requiredAction.{action}"))).collect(),
            link: Some(("executeActionsButton", self.link, Some(self.lifespan))),
            closing: None,
        })
    }
}

impl EmailUpdateConfirmation {
    /// The mail.
    pub fn render(self, frame: &MailFrame) -> Email {
        frame.write(&Content {
            subject: Text::of("emailUpdateConfirmationSubject"),
            lead: Text::of("emailUpdateConfirmationBody").with(&frame.realm).with(self.email),
            items: Vec::new(),
            link: Some(("emailUpdateConfirmationButton", self.link, Some(self.lifespan))),
            closing: Some("mailIgnore"),
        })
    }
}

impl TestMail {
    /// The mail.
    pub fn render(self, frame: &MailFrame) -> Email {
        frame.write(&Content {
            subject: Text::of("emailTestSubject").with(&frame.realm),
            lead: Text::of("emailTestBody").with(&frame.realm),
            items: Vec::new(),
            link: None,
            closing: None,
        })
    }
}
