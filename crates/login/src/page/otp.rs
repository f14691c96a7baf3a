//! A one-time code.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot};

use super::part::{Attempt, Feedback};

/// A one-time code.
#[derive(Debug, Clone)]
pub struct Otp {
    /// Where the form is sent.
    pub action: String,
    /// Who is logging in.
    pub attempt: Option<Attempt>,
    /// The person's devices. One only is not shown.
    pub devices: Vec<OtpDevice>,
    /// Id of the chosen device (`selectedCredentialId`); absent: the first.
    pub selected: Option<String>,
    /// Whether another way of authenticating is open to this person (button `tryAnotherWay`).
    pub other_ways: bool,
    /// What the last attempt met with.
    pub feedback: Feedback,
}

/// A device that makes codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtpDevice {
    /// Id of its credential.
    pub id: String,
    /// The name that its owner gave it.
    pub label: String,
}

impl Otp {
    fn selected_id(&self) -> &str {
        let first = || self.devices.first().map_or("", |device| &device.id);
        self.selected.as_deref().unwrap_or_else(first)
    }
}

#[derive(Template)]
#[template(path = "login/otp.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a Otp,
}

impl Otp {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
