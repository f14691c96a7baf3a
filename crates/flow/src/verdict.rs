//! How an authenticator ends.

use identity::{Denied, Error};

use crate::Challenge;

/// How an authenticator ends its turn.
#[derive(Debug)]
pub enum Verdict {
    /// It is satisfied.
    Success,
    /// It has nothing to go by; another way may.
    Attempted,
    /// The person is to be asked.
    Challenge(Challenge),
    /// This way is closed; another may be open.
    Failed(Refusal),
    /// Nothing may go on.
    Refused(Refusal),
}

/// Why a flow refuses.
#[derive(Debug)]
pub enum Refusal {
    /// The flow names something that this server does not have where it must not be left out.
    UnknownAuthenticator(String),
    /// Nobody has said who they are.
    UnknownUser,
    /// What was given is not right.
    InvalidCredentials,
    /// The person has nothing that this step could check, and may not set it up now.
    NotConfigured,
    /// The flow says no.
    AccessDenied,
    /// The one door for passwords and codes says no.
    Denied(Denied),
    /// The flow cannot be run as it stands.
    Flow(crate::FlowFault),
    /// Something here is broken.
    Fault(Error),
}

impl Refusal {
    /// Keycloak's word for the event's `error`.
    pub fn event_error(&self) -> &'static str {
        match self {
            Self::UnknownAuthenticator(_) | Self::Flow(_) => "invalid_configuration",
            Self::UnknownUser => "user_not_found",
            Self::InvalidCredentials | Self::NotConfigured => "invalid_user_credentials",
            Self::AccessDenied => "access_denied",
            Self::Denied(denied) => denied.event_error(),
            Self::Fault(_) => "unexpected_error",
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownAuthenticator(id) => write!(f, "the flow requires `{id}`, which this server does not have"),
            Self::Flow(fault) => fault.fmt(f),
            Self::Fault(error) => error.fmt(f),
            other => f.write_str(other.event_error()),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Busy { retry_after_seconds } => Self::Denied(Denied::Busy { retry_after_seconds }),
            other => Self::Fault(other),
        }
    }
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}
