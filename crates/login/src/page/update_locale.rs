//! Which language is the person's, of those that the realm speaks.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot};

use super::part::ActionChoices;

/// Which language is the person's (`locale`), of those that the realm speaks.
#[derive(Debug, Clone)]
pub struct UpdateLocale {
    /// Where the form is sent.
    pub action: String,
    /// What an application that asked for this page adds.
    pub choices: ActionChoices,
}

#[derive(Template)]
#[template(path = "login/update_locale.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a UpdateLocale,
}

impl UpdateLocale {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
