//! The code that a device without a keyboard shows (`device_user_code`).

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot};

use super::part::Feedback;

/// The code that a device without a keyboard shows (`device_user_code`).
#[derive(Debug, Clone)]
pub struct DeviceCode {
    /// Where the form is sent.
    pub action: String,
    /// The code to begin with, from the address; shown, never sent without the person.
    pub code: String,
    /// What the last attempt met with.
    pub feedback: Feedback,
}

#[derive(Template)]
#[template(path = "login/device_code.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a DeviceCode,
}

impl DeviceCode {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
