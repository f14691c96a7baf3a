//! Mails to people.
//!
//! Owns: how a mail is sent by a realm's SMTP server ([`Smtp`]), off the request path and from a bounded queue ([`Mailer`]).
//! Does not own: what mails say (`theme`), when they are sent (`login`), the realm's settings. Floor 2; imports `crypto`.

mod message;
mod queue;
mod smtp;

pub use message::{BadMail, Mail};
pub use queue::{Full, Mailer};
pub use smtp::{Encryption, NotSent, Smtp};
