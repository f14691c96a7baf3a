//! One of the codes that were written down for when nothing else is at hand.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot};

use super::part::{Attempt, Feedback};

/// One of the codes that were written down for when nothing else is at hand.
#[derive(Debug, Clone)]
pub struct RecoveryCode {
    /// Where the form is sent.
    pub action: String,
    /// Who is logging in.
    pub attempt: Option<Attempt>,
    /// Which code of the list is asked for, from 1.
    pub number: u32,
    /// Whether another way of authenticating is open to this person (button `tryAnotherWay`).
    pub other_ways: bool,
    /// What the last attempt met with.
    pub feedback: Feedback,
}

#[derive(Template)]
#[template(path = "login/recovery_code.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a RecoveryCode,
}

impl RecoveryCode {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
