//! The password alone, for a name that is known.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot};

use super::part::{Attempt, Feedback};

/// The password alone, for a name that is known.
#[derive(Debug, Clone)]
pub struct LoginPassword {
    /// Where the form is sent.
    pub action: String,
    /// Who is logging in.
    pub attempt: Option<Attempt>,
    /// Address of the page for a forgotten password, if the realm has it.
    pub forgot_link: Option<String>,
    /// Whether another way of authenticating is open to this person (button `tryAnotherWay`).
    pub other_ways: bool,
    /// What the last attempt met with.
    pub feedback: Feedback,
}

#[derive(Template)]
#[template(path = "login/login_password.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a LoginPassword,
}

impl LoginPassword {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
