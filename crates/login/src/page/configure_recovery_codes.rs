//! Codes to write down for when nothing else is at hand.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot};

use super::part::{ActionChoices, Feedback};

/// New recovery codes, shown once (`generatedRecoveryAuthnCodes`, `generatedAt`, `userLabel`, `kcRecoveryCodesConfirmationCheck`).
#[derive(Clone)]
pub struct ConfigureRecoveryCodes {
    /// Where the form is sent.
    pub action: String,
    /// The codes, in their order.
    pub codes: Vec<String>,
    /// The codes as the form brings them back.
    pub hidden_codes: String,
    /// When they were made, as the form brings it back (milliseconds since 1970).
    pub generated_at: String,
    /// What an application that asked for this page adds.
    pub choices: ActionChoices,
    /// What the last attempt met with.
    pub feedback: Feedback,
}

#[derive(Template)]
#[template(path = "login/configure_recovery_codes.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a ConfigureRecoveryCodes,
}

impl ConfigureRecoveryCodes {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self })
    }
}
