//! The mails that people get: subject, plain text and HTML. What is sent by whom, and how, is decided elsewhere.

mod event;
mod frame;
mod kind;

pub use event::{EventKind, EventNotice};
pub use frame::{MailFrame, MailRequest};
pub use kind::{EmailUpdateConfirmation, ExecuteActions, PasswordReset, TestMail, VerifyEmail};

use crate::{Slot, Text};

/// A mail, ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Email {
    /// One line, without control characters.
    pub subject: String,
    /// The mail for those who read plain text.
    pub text: String,
    /// The same in HTML.
    pub html: String,
}

/// What a mail says, before it is put into words.
struct Content {
    subject: Text,
    /// First sentences.
    lead: Text,
    /// A list under them.
    items: Vec<Text>,
    /// Where to go on: its label, address, and seconds that it works.
    link: Option<(&'static str, String, Option<u64>)>,
    /// Message at the end: what to do if it was not the reader.
    closing: Option<&'static str>,
}

#[derive(askama::Template)]
#[template(path = "email/mail.html")]
struct HtmlMail<'a> {
    frame: &'a MailFrame,
    mail: &'a Words,
}

#[derive(askama::Template)]
#[template(path = "email/mail.txt", whitespace = "preserve")]
struct TextMail<'a> {
    frame: &'a MailFrame,
    mail: &'a Words,
}

/// What a mail says, in its language.
struct Words {
    subject: String,
    greeting: String,
    lead: String,
    items: Vec<String>,
    button: Option<(String, String)>,
    expiry: Option<String>,
    closing: Option<String>,
}
