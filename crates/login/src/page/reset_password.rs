//! Whose password was forgotten.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot};

use super::part::{Feedback, UsernameKind};

/// Whose password was forgotten.
#[derive(Debug, Clone)]
pub struct ResetPassword {
    /// Where the form is sent.
    pub action: String,
    /// The name to begin with.
    pub username: String,
    /// What the name may be.
    pub username_kind: UsernameKind,
    /// Address of the log-in page.
    pub login_link: Option<String>,
    /// What the last attempt met with.
    pub feedback: Feedback,
}

#[derive(Template)]
#[template(path = "login/reset_password.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a ResetPassword,
}

impl ResetPassword {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
