//! The person's own data.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot};

use super::part::{ActionChoices, Feedback};
use super::profile::{FieldKind, ProfileField};

/// The person's own data.
#[derive(Debug, Clone)]
pub struct UpdateProfile {
    /// Where the form is sent.
    pub action: String,
    /// Fields of the profile.
    pub fields: Vec<ProfileField>,
    /// What an application that asked for this page adds.
    pub choices: ActionChoices,
    /// What the last attempt met with.
    pub feedback: Feedback,
}

#[derive(Template)]
#[template(path = "login/update_profile.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a UpdateProfile,
}

impl UpdateProfile {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
