//! Something was done, or is to be known.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot, Text};

use super::part::Link;

/// Something was done, or is to be known.
#[derive(Debug, Clone)]
pub struct Info {
    /// Status of the answer, usually `200`.
    pub status: StatusCode,
    /// Heading; absent: the message itself is the heading.
    pub heading: Option<Text>,
    /// What is to be known.
    pub message: Text,
    /// What is still to be done, one entry each (`requiredAction.NAME`).
    pub actions: Vec<Text>,
    /// Way on.
    pub link: Option<Link>,
}

#[derive(Template)]
#[template(path = "login/info.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a Info,
}

impl Info {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, self.status, &Html { frame, page: &self })
    }
}
