//! Ways of authenticating, to choose one.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot, Text};

use super::part::Attempt;

/// Ways of authenticating, to choose one.
#[derive(Debug, Clone)]
pub struct SelectAuthenticator {
    /// Where the form is sent.
    pub action: String,
    /// Who is logging in.
    pub attempt: Option<Attempt>,
    /// The ways that are open.
    pub ways: Vec<Way>,
}

/// A way of authenticating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Id of its execution, sent as `authenticationExecution`.
    pub execution: String,
    /// Its name.
    pub title: Text,
    /// What it needs.
    pub help: Option<Text>,
    /// Its picture.
    pub icon: WayIcon,
}

/// Pictures of ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WayIcon {
    /// Something else.
    #[default]
    Other,
    /// A password.
    Password,
    /// A code of an application.
    Otp,
    /// A code of a list.
    RecoveryCode,
    /// A security key or passkey.
    Passkey,
    /// A mail.
    Email,
}

impl WayIcon {
    fn class(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Password => "password",
            Self::Otp => "otp",
            Self::RecoveryCode => "recovery",
            Self::Passkey => "passkey",
            Self::Email => "email",
        }
    }
}

#[derive(Template)]
#[template(path = "login/select_authenticator.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a SelectAuthenticator,
}

impl SelectAuthenticator {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
