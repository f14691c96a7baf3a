//! Why nothing goes on from here.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot, Text};

use super::part::Link;

/// Why nothing goes on from here.
#[derive(Debug, Clone)]
pub struct ErrorPage {
    /// Status of the answer.
    pub status: StatusCode,
    /// What is wrong.
    pub message: Text,
    /// Way back to the application, where it is known and may be gone to.
    pub back: Option<Link>,
    /// The request's id, to tell an administrator.
    pub reference: Option<String>,
}

#[derive(Template)]
#[template(path = "login/error.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a ErrorPage,
}

impl ErrorPage {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, self.status, &Html { frame, page: &self })
    }
}
