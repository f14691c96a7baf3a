//! Setting up an application that makes one-time codes.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot};

use super::part::{ActionChoices, Feedback};
use super::qr_code;

/// How codes are made, for applications that must be told by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotpParameters {
    /// Whether codes are of time (`true`) or of a counter.
    pub time_based: bool,
    /// `SHA1`, `SHA256` or `SHA512`.
    pub algorithm: String,
    /// Digits of a code.
    pub digits: u32,
    /// Seconds that a code lasts, if codes are of time.
    pub period: u32,
    /// The counter to begin with, if they are not.
    pub counter: u32,
}

/// A picture and a text to set up an application with, and a first code to prove it (`totp`, `totpSecret`, `userLabel`).
#[derive(Clone)]
pub struct ConfigureTotp {
    /// Where the form is sent.
    pub action: String,
    /// The secret as the form brings it back (`totpSecret`).
    pub secret: String,
    /// The secret in Base32, for typing; shown in groups of four.
    pub secret_base32: String,
    /// `otpauth:` address that the picture holds.
    pub uri: String,
    /// How codes are made.
    pub parameters: TotpParameters,
    /// Applications that can do it.
    pub applications: Vec<String>,
    /// The device's name so far.
    pub label: String,
    /// Whether the device must have a name: it is not the first one.
    pub label_required: bool,
    /// What an application that asked for this page adds.
    pub choices: ActionChoices,
    /// What the last attempt met with.
    pub feedback: Feedback,
}

#[derive(Template)]
#[template(path = "login/configure_totp.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a ConfigureTotp,
    picture: Option<qr_code::Picture>,
    groups: Vec<String>,
}

impl ConfigureTotp {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        let picture = qr_code::draw(&self.uri);
        let letters: Vec<char> = self.secret_base32.chars().filter(|letter| !letter.is_whitespace()).collect();
        let groups = letters.chunks(4).map(|group| group.iter().collect()).collect();
        super::answer(frame, StatusCode::OK, &Html { frame, page: &self, picture, groups })
    }
}
