//! Somebody is logged in already, perhaps in another tab.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot, Text};

use super::part::Link;

/// Somebody is logged in already, perhaps in another tab.
#[derive(Debug, Clone)]
pub struct AlreadyLoggedIn {
    /// What is to be said; usually the message `alreadyLoggedIn`.
    pub message: Text,
    /// Way on to the application.
    pub link: Option<Link>,
}

#[derive(Template)]
#[template(path = "login/already_logged_in.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a AlreadyLoggedIn,
}

impl AlreadyLoggedIn {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
