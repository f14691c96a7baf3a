//! Whether a credential is to be deleted (`accept`, `cancel-aia`).

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot, Text};

/// Whether a credential is to be deleted (`accept`, `cancel-aia`).
#[derive(Debug, Clone)]
pub struct DeleteCredential {
    /// Where the form is sent.
    pub action: String,
    /// The credential's name.
    pub label: Text,
}

#[derive(Template)]
#[template(path = "login/delete_credential.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a DeleteCredential,
}

impl DeleteCredential {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
