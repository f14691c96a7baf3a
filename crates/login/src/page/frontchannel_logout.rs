//! Logging out of applications through frames.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot, Sources, Text};

/// An application to be told (OpenID Connect Front-Channel Logout 1.0 §2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutFrame {
    /// Its name for people.
    pub name: Text,
    /// Its log-out address, checked against its registration, with its parameters.
    pub address: String,
}

/// Tells applications through frames, then goes on: by script once all frames are loaded, else by a link.
#[derive(Debug, Clone)]
pub struct FrontchannelLogout {
    /// The applications.
    pub frames: Vec<LogoutFrame>,
    /// Where to go then; `None`: stay.
    pub next: Option<String>,
}

#[derive(Template)]
#[template(path = "login/frontchannel_logout.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a FrontchannelLogout,
}

impl FrontchannelLogout {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        let frames = self.frames.iter().map(|each| each.address.clone()).collect();
        let sources = Sources { frames, ..Sources::default() };
        super::answer_with(frame, StatusCode::OK, &Html { frame, page: &self }, &sources)
    }
}
