//! A mail was sent; its link goes on.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot};

use super::part::{ActionChoices, Feedback};

/// A mail was sent; its link goes on.
#[derive(Debug, Clone)]
pub struct VerifyEmail {
    /// Where the form is sent.
    pub action: String,
    /// The address that it went to.
    pub email: String,
    /// Whether the mail may be sent again now (the form's button).
    pub resend: bool,
    /// Address of the page that changes the address, if the realm lets it be changed here.
    pub change_link: Option<String>,
    /// What an application that asked for this page adds.
    pub choices: ActionChoices,
    /// What the last attempt met with.
    pub feedback: Feedback,
}

#[derive(Template)]
#[template(path = "login/verify_email.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a VerifyEmail,
}

impl VerifyEmail {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
