//! An answer that the browser carries to the application in a form.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot, Sources};

/// A form that sends itself to the application (OAuth 2.0 Form Post Response Mode §2), or at a press of its button where
/// scripts are off.
#[derive(Clone)]
pub struct FormPost {
    /// The application's address, checked against its registration.
    pub action: String,
    /// Names and values, in their order.
    pub fields: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "login/form_post.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a FormPost,
}

impl FormPost {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        let sources = Sources { forms: vec![self.action.clone()], ..Sources::default() };
        super::answer_with(frame, StatusCode::OK, &Html { frame, page: &self }, &sources)
    }
}
