//! Whether the person's account is to be deleted.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot};

use super::part::{ActionChoices, Feedback};

/// Whether the person's account is to be deleted.
#[derive(Debug, Clone)]
pub struct DeleteAccount {
    /// Where the form is sent.
    pub action: String,
    /// What an application that asked for this page adds.
    pub choices: ActionChoices,
    /// What the last attempt met with.
    pub feedback: Feedback,
}

#[derive(Template)]
#[template(path = "login/delete_account.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a DeleteAccount,
}

impl DeleteAccount {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
