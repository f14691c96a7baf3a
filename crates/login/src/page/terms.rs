//! Terms to accept (`accept`) or to decline (`cancel`).

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot, Text};

/// Terms to accept (`accept`) or to decline (`cancel`).
#[derive(Debug, Clone)]
pub struct Terms {
    /// Where the form is sent.
    pub action: String,
    /// The terms; usually the message `termsText`.
    pub text: Text,
}

#[derive(Template)]
#[template(path = "login/terms.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a Terms,
}

impl Terms {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
