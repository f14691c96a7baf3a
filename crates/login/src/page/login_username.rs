//! The user name alone; what proves it is asked for on the next page.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot};

use super::Provider;
use super::part::{Feedback, UsernameKind};

/// The user name alone; what proves it is asked for on the next page.
#[derive(Debug, Clone)]
pub struct LoginUsername {
    /// Where the form is sent.
    pub action: String,
    /// The name to begin with.
    pub username: String,
    /// What the name may be.
    pub username_kind: UsernameKind,
    /// State of the box `rememberMe`; `None`: the realm has none.
    pub remember_me: Option<bool>,
    /// Address of the registration page, if the realm has it.
    pub register_link: Option<String>,
    /// Other places to log in with.
    pub providers: Vec<Provider>,
    /// Whether another way of authenticating is open to this person (button `tryAnotherWay`).
    pub other_ways: bool,
    /// What the last attempt met with.
    pub feedback: Feedback,
}

#[derive(Template)]
#[template(path = "login/login_username.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a LoginUsername,
}

impl LoginUsername {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
