//! Making an account.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot, Text};

use super::part::Feedback;
use super::profile::{FieldKind, ProfileField};

/// Making an account.
#[derive(Debug, Clone)]
pub struct Register {
    /// Where the form is sent.
    pub action: String,
    /// Fields of the profile, the user name among them.
    pub fields: Vec<ProfileField>,
    /// Whether a password is asked for (`password`, `password-confirm`).
    pub password: bool,
    /// What a password must be like, one rule each.
    pub password_rules: Vec<Text>,
    /// Terms to accept, if the flow asks for it.
    pub terms: Option<RegisterTerms>,
    /// Address of the log-in page.
    pub login_link: Option<String>,
    /// What the last attempt met with.
    pub feedback: Feedback,
}

/// Terms within the registration form (`termsAccepted`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterTerms {
    /// The terms; usually the message `termsText`.
    pub text: Text,
    /// Whether the box is ticked.
    pub accepted: bool,
}

#[derive(Template)]
#[template(path = "login/register.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a Register,
}

impl Register {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
