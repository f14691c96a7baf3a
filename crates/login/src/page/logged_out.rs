//! Logged out.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot};

use super::part::Link;

/// Logged out.
#[derive(Debug, Clone)]
pub struct LoggedOut {
    /// `200`, or `400` where there was nothing to log out of.
    pub status: StatusCode,
    /// Way back to the application.
    pub back: Option<Link>,
}

#[derive(Template)]
#[template(path = "login/logged_out.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a LoggedOut,
}

impl LoggedOut {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, self.status, &Html { frame, page: &self })
    }
}
