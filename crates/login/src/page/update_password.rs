//! A new password.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot, Text};

use super::part::{ActionChoices, Feedback};

/// A new password.
#[derive(Debug, Clone)]
pub struct UpdatePassword {
    /// Where the form is sent.
    pub action: String,
    /// The user's name, for password managers.
    pub username: String,
    /// What a password must be like, one rule each.
    pub password_rules: Vec<Text>,
    /// What an application that asked for this page adds.
    pub choices: ActionChoices,
    /// What the last attempt met with.
    pub feedback: Feedback,
}

#[derive(Template)]
#[template(path = "login/update_password.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a UpdatePassword,
}

impl UpdatePassword {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
