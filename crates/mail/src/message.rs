//! A mail, before it is sent.

use std::fmt;

use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

use crate::Smtp;

/// A mail to one person.
#[derive(Clone)]
pub struct Mail {
    /// Whose address it goes to.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As HTML.
    pub html: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Addresses of people, and links that open accounts, have no place in a log line.
        f.debug_struct("Mail").finish_non_exhaustive()
    }
}

/// A mail that cannot be sent as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadMail {
    /// The sender's address is none.
    From,
    /// The person's address is none.
    To,
    /// Something else.
    Content,
}

impl fmt::Display for BadMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::From => "the realm's sender address is none",
            Self::To => "the person's address is none",
            Self::Content => "the mail cannot be written",
        })
    }
}

impl std::error::Error for BadMail {}

impl Mail {
    /// The mail as it goes over the wire.
    pub(crate) fn build(&self, smtp: &Smtp) -> Result<Message, BadMail> {
        let mailbox = |address: &str, name: Option<&str>| -> Option<Mailbox> {
            let name = name.map(single_line).filter(|name| !name.is_empty());
            Some(Mailbox::new(name, address.trim().parse().ok()?))
        };
        let from = mailbox(&smtp.from, smtp.from_name.as_deref()).ok_or(BadMail::From)?;
        // A70: one address, parsed as such; a list or a line end is none.
        let to = mailbox(&self.to, None).ok_or(BadMail::To)?;
        let mut builder = Message::builder()
            .from(from)
            .to(to)
            .subject(single_line(&self.subject))
            // RFC 3834 §5: nobody's holiday notice needs to come back.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        if let Some(reply) =
            smtp.reply_to.as_deref().and_then(|address| mailbox(address, smtp.reply_to_name.as_deref()))
        {
            builder = builder.reply_to(reply);
        }
        builder
            .multipart(MultiPart::alternative_plain_html(self.text.clone(), self.html.clone()))
            .map_err(|_| BadMail::Content)
    }
}

/// A70: a header ends where its line does.
fn single_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Encryption;

    fn smtp(from_name: &str) -> Smtp {
        Smtp {
            host: "localhost".into(),
            port: None,
            encryption: Encryption::None,
            credentials: None,
            from: "door@id.example".into(),
            from_name: Some(from_name.into()),
            reply_to: None,
            reply_to_name: None,
        }
    }

    fn mail(to: &str, subject: &str) -> Mail {
        Mail { to: to.into(), subject: subject.into(), text: "t".into(), html: "<p>h</p>".into() }
    }

    #[test]
    fn a70_no_text_adds_a_header_or_a_recipient() {
        let message =
            mail("alice@b.example", "Hello\r\nBcc: eve@c.example").build(&smtp("The\r\nX-Evil: y door")).unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        assert!(!text.contains("\r\nBcc:") && !text.contains("\r\nX-Evil:"), "{text}");
        for bad in
            ["", "alice", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example", "a@b.example\nRCPT TO:<x@y>"]
        {
            assert_eq!(mail(bad, "s").build(&smtp("d")).err(), Some(BadMail::To), "{bad:?}");
        }
    }
}
