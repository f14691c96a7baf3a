//! A code, or an error, to be copied into an application that has no address (Keycloak's out-of-band page).

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot, Text};

/// A code, or an error, to be copied into an application that has no address (Keycloak's out-of-band page).
#[derive(Debug, Clone)]
pub struct Code {
    /// The code, or the error's words.
    pub result: Result<String, Text>,
}

#[derive(Template)]
#[template(path = "login/code.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a Code,
}

impl Code {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
