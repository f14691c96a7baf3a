//! Refusals of the token endpoint and its neighbours, as RFC 6749 §5.2 writes them and in Keycloak's words.

use std::borrow::Cow;

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use identity::{Denied, Error, GateRefusal};
use protocol::web::form::FormError;
use protocol::{Details, Outcome};

use crate::parameters::ParameterFault;
use crate::response;

/// One refusal: the answer, and Keycloak's word for the event. The files that refuse begin with a table of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) status: u16,
    pub(crate) error: &'static str,
    pub(crate) description: &'static str,
    pub(crate) event: &'static str,
}

/// One row of such a table.
pub(crate) const fn words(status: u16, error: &'static str, description: &'static str, event: &'static str) -> Words {
    Words { status, error, description, event }
}

/// A grant that is not (or no longer) valid.
pub(crate) const fn invalid_grant(description: &'static str, event: &'static str) -> Words {
    words(400, "invalid_grant", description, event)
}

const NOT_ALLOWED: Words = invalid_grant("Invalid user credentials", "invalid_user_credentials");
const REPEATED: Words = words(400, "invalid_request", "duplicated parameter", "invalid_request");
const TOO_MANY: Words = words(400, "invalid_request", "Too many parameters", "invalid_request");
const TOO_LONG: Words = words(413, "invalid_request", "The form is too long", "invalid_request");
const BROKEN_OFF: Words = words(400, "invalid_request", "The form could not be read", "invalid_request");
const SETTINGS: Words = words(400, "invalid_client", "The client's settings are not valid", "invalid_client");

/// Why there is no answer but an error.
#[derive(Debug)]
pub(crate) enum OAuthError {
    /// It stands in a table.
    Refused(Words),
    /// It was worked out elsewhere: the words of the answer, and the event's.
    Told { error: &'static str, description: String, event: &'static str },
    /// A scope that the client may not ask for; the whole value is told.
    Scope(String),
    /// Nobody was proven.
    Denied(Denied),
    /// The gate stayed shut.
    Gate(GateRefusal),
    /// The client's settings are not understood; which ones goes to the event.
    Settings(String),
    /// A proof of possession needs a nonce: this one (RFC 9449 §8).
    DpopNonce { description: &'static str, nonce: String },
    /// Something here is busy or broken.
    Store(Error),
}

impl From<Words> for OAuthError {
    fn from(words: Words) -> Self {
        Self::Refused(words)
    }
}

impl From<ParameterFault> for OAuthError {
    fn from(fault: ParameterFault) -> Self {
        Self::Refused(match fault {
            ParameterFault::Repeated => REPEATED,
            ParameterFault::TooMany => TOO_MANY,
        })
    }
}

impl From<FormError> for OAuthError {
    fn from(error: FormError) -> Self {
        Self::Refused(match error {
            FormError::TooLong => TOO_LONG,
            FormError::NotAForm | FormError::Broken => BROKEN_OFF,
        })
    }
}

impl From<Denied> for OAuthError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<GateRefusal> for OAuthError {
    fn from(refusal: GateRefusal) -> Self {
        Self::Gate(refusal)
    }
}

impl From<Error> for OAuthError {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl OAuthError {
    /// The answer's words; the event's word is that of [`Self::event`].
    fn words(&self) -> Words {
        match self {
            Self::Refused(words) => *words,
            Self::Scope(_) => words(400, "invalid_scope", "", "invalid_scope"),
            Self::Told { error, event, .. } => words(400, error, "", event),
            Self::Denied(denied) => match denied {
                // A locked account looks like a wrong password: whoever guesses must not learn that the guess was right.
                Denied::Invalid { .. }
                | Denied::Locked { .. }
                | Denied::NotBefore { .. }
                | Denied::SecondFactorRequired { .. } => NOT_ALLOWED,
                Denied::Disabled { .. } => invalid_grant("Account disabled", "user_disabled"),
                Denied::ActionRequired { .. } => {
                    invalid_grant("Account is not fully set up", "resolve_required_actions")
                }
                Denied::Busy { .. } => words(503, "temporarily_unavailable", response::BUSY, "busy"),
                Denied::Fault(_) => words(500, "server_error", response::BROKEN, "server_error"),
            },
            Self::Gate(refusal) => match refusal {
                GateRefusal::RealmDisabled => words(403, "access_denied", "Realm not enabled", "realm_disabled"),
                GateRefusal::ClientDisabled | GateRefusal::WrongProtocol | GateRefusal::ForeignClient => {
                    words(401, "invalid_client", "Invalid client or Invalid client credentials", "invalid_client")
                }
                GateRefusal::ForeignUser => NOT_ALLOWED,
                GateRefusal::UserDisabled => invalid_grant("User disabled", "user_disabled"),
                GateRefusal::ActionRequired => invalid_grant("Account is not fully set up", "resolve_required_actions"),
                GateRefusal::NotBefore => invalid_grant("Stale token", "invalid_token"),
                GateRefusal::NotInSession => invalid_grant("Session not active", "user_session_not_found"),
            },
            Self::Settings(_) => SETTINGS,
            Self::DpopNonce { description, .. } => words(400, "use_dpop_nonce", description, "invalid_dpop_proof"),
            Self::Store(Error::Busy { .. }) => words(503, "temporarily_unavailable", response::BUSY, "busy"),
            Self::Store(_) => words(500, "server_error", response::BROKEN, "server_error"),
        }
    }

    /// Keycloak's word for the event.
    fn event(&self) -> &'static str {
        match self {
            Self::Denied(denied) => denied.event_error(),
            Self::Gate(refusal) => refusal.event_error(),
            other => other.words().event,
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Store(Error::Busy { retry_after_seconds }) | Self::Denied(Denied::Busy { retry_after_seconds }) => {
                Some(*retry_after_seconds)
            }
            _ => None,
        }
    }

    /// The answer.
    pub(crate) fn response(&self) -> Response {
        let words = self.words();
        let description: Cow<'_, str> = match self {
            Self::Scope(whole) => Cow::Owned(format!("Invalid scopes: {whole}")),
            Self::Told { description, .. } => Cow::Borrowed(description),
            _ => Cow::Borrowed(words.description),
        };
        let status = StatusCode::from_u16(words.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = response::error(status, words.error, &description);
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        if let Self::DpopNonce { nonce, .. } = self {
            response::nonce(&mut response, Some(nonce));
        }
        response
    }

    /// Ends the request in its event.
    pub(crate) fn end(&self, outcome: Outcome, mut details: Details) {
        match self {
            Self::Store(error) | Self::Denied(Denied::Fault(error)) if !matches!(error, Error::Busy { .. }) => {
                outcome.fault(error);
                return;
            }
            Self::Settings(which) | Self::Told { description: which, .. } => {
                details.push((Cow::Borrowed("reason"), protocol::short(which)));
            }
            _ => {
                let description = self.words().description;
                if !description.is_empty() {
                    details.push((Cow::Borrowed("reason"), description.to_owned()));
                }
            }
        }
        outcome.refused(self.event(), details);
    }
}

#[cfg(test)]
mod tests {
    use identity::UserId;

    use super::*;

    fn told(error: &OAuthError) -> (u16, &'static str, &'static str, &'static str) {
        let words = error.words();
        (words.status, words.error, words.description, error.event())
    }

    #[test]
    fn a63_a_lock_an_unknown_name_and_a_wrong_password_are_one_answer() {
        let user = || UserId::from("u");
        let wrong = told(&Denied::Invalid { user: None, why: "user_not_found" }.into());
        let locked = told(&Denied::Locked { user: user(), permanent: false }.into());
        let second = told(&Denied::SecondFactorRequired { user: user() }.into());
        assert_eq!((wrong.0, wrong.1, wrong.2), (400, "invalid_grant", "Invalid user credentials"));
        assert_eq!((wrong.0, wrong.1, wrong.2), (locked.0, locked.1, locked.2));
        assert_eq!((wrong.0, wrong.1, wrong.2), (second.0, second.1, second.2));
        assert_eq!((wrong.3, locked.3), ("user_not_found", "user_temporarily_disabled"));
    }

    #[test]
    fn a_full_pool_says_when_to_come_back() {
        let answer = OAuthError::from(Denied::Busy { retry_after_seconds: 3 }).response();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()[header::RETRY_AFTER], "3");
    }
}
