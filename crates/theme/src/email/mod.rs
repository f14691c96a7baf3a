//! The mails that people get: subject, plain text and HTML.
