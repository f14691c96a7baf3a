//! A new e-mail address.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot};

use super::part::{ActionChoices, Feedback};

/// A new e-mail address.
#[derive(Debug, Clone)]
pub struct UpdateEmail {
    /// Where the form is sent.
    pub action: String,
    /// The address to begin with.
    pub email: String,
    /// What an application that asked for this page adds.
    pub choices: ActionChoices,
    /// What the last attempt met with.
    pub feedback: Feedback,
}

#[derive(Template)]
#[template(path = "login/update_email.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a UpdateEmail,
}

impl UpdateEmail {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
