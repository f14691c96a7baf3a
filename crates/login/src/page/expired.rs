//! The page was used before, or waited too long.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot};

/// The page was used before, or waited too long.
#[derive(Debug, Clone)]
pub struct Expired {
    /// Address that starts the log-in again.
    pub restart_link: String,
    /// Address that goes on where the log-in stands.
    pub continue_link: String,
}

#[derive(Template)]
#[template(path = "login/expired.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a Expired,
}

impl Expired {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
