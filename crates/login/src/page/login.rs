//! User name and password.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot, Text};

use super::part::{Attempt, Feedback, UsernameKind};

/// User name and password.
#[derive(Debug, Clone)]
pub struct Login {
    /// Where the form is sent.
    pub action: String,
    /// The name to begin with: what was typed, or the application's hint.
    pub username: String,
    /// What the name may be.
    pub username_kind: UsernameKind,
    /// Set when somebody known is asked again: the name is not asked for.
    pub attempt: Option<Attempt>,
    /// State of the box `rememberMe`; `None`: the realm has none.
    pub remember_me: Option<bool>,
    /// Address of the page for a forgotten password, if the realm has it.
    pub forgot_link: Option<String>,
    /// Address of the registration page, if the realm has it.
    pub register_link: Option<String>,
    /// Other places to log in with.
    pub providers: Vec<Provider>,
    /// Which of several credentials was chosen before; usually empty (`credentialId`).
    pub credential_id: String,
    /// Whether another way of authenticating is open to this person (button `tryAnotherWay`).
    pub other_ways: bool,
    /// What the last attempt met with.
    pub feedback: Feedback,
}

/// Another place to log in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its alias.
    pub alias: String,
    /// Its name for people.
    pub name: Text,
    /// Address that leads there.
    pub link: String,
}

#[derive(Template)]
#[template(path = "login/login.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a Login,
}

impl Login {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
