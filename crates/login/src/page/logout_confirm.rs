//! Whether to log out (`confirmLogout`).

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot, Text};

use super::part::Link;

/// Whether to log out (`confirmLogout`).
#[derive(Debug, Clone)]
pub struct LogoutConfirm {
    /// Where the form is sent.
    pub action: String,
    /// What ties the form to this visit (`session_code`).
    pub session_code: String,
    /// Name of the application that asks.
    pub client: Option<Text>,
    /// Way back to the application.
    pub back: Option<Link>,
}

#[derive(Template)]
#[template(path = "login/logout_confirm.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a LogoutConfirm,
}

impl LogoutConfirm {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
