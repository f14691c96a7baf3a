//! What an application asks to be allowed.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use theme::{Frame, Slot, Sources, Text};

/// The application, as its registration describes it. Its addresses are a stranger's: only `https` ones are shown.
#[derive(Debug, Clone, Default)]
pub struct ConsentClient {
    /// Its name for people.
    pub name: String,
    /// Its logo (`logoUri`).
    pub logo: Option<String>,
    /// What it does with data (`policyUri`).
    pub policy: Option<String>,
    /// Its terms (`tosUri`).
    pub terms: Option<String>,
}

/// One thing that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// What it is: the scope's consent text.
    pub text: Text,
    /// A parameter of it, such as the value of a parameterised scope.
    pub detail: Option<String>,
}

/// What an application asks to be allowed (buttons `accept` with id `kc-login`, `cancel` with id `kc-cancel`).
#[derive(Debug, Clone)]
pub struct Consent {
    /// Where the form is sent.
    pub action: String,
    /// What ties the form to this visit (`code`).
    pub code: String,
    /// The application.
    pub client: ConsentClient,
    /// The name of who is asked.
    pub username: Option<String>,
    /// What it asks for.
    pub grants: Vec<Grant>,
}

#[derive(Template)]
#[template(path = "login/consent.html")]
struct Html<'a> {
    frame: &'a Frame,
    page: &'a Consent,
    logo: Option<&'a str>,
    policy: Option<&'a str>,
    terms: Option<&'a str>,
}

impl Consent {
    /// The page as an answer.
    pub fn render(self, frame: &Frame) -> Response {
        let logo = https(self.client.logo.as_deref());
        let sources = Sources { images: logo.map(str::to_owned).into_iter().collect(), ..Sources::default() };
        let (policy, terms) = (https(self.client.policy.as_deref()), https(self.client.terms.as_deref()));
        super::answer_with(frame, StatusCode::OK, &Html { frame, page: &self, logo, policy, terms }, &sources)
    }
}

/// A61: an application's addresses may come from anybody who may register one; no script and no data runs as a link.
fn https(address: Option<&str>) -> Option<&str> {
    address.filter(|address| address.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")))
}
