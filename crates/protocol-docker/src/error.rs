//! Refusals on the wire: one body that docker (registry error array) and OAuth clients (RFC 6749 §5.2) both read.

use std::borrow::Cow;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use identity::{Denied, Error, GateRefusal};
use protocol::web::form::FormError;
use protocol::{ClientRefusal, DoorRefusal};
use serde::Serialize;

use crate::response;
use crate::scope::Access;

/// Keycloak's words for a wrong user name or password; never more is said.
const INVALID: &str = "Invalid username or password.";
/// Most entries of an error's detail.
const MAX_DETAILS: usize = 64;

/// Why there is no token.
#[derive(Debug)]
pub(crate) enum TokenError {
    /// Refused before the realm was asked.
    Door(DoorRefusal),
    /// There is nothing at this address.
    NotFound,
    /// Another method is wanted.
    MethodNotAllowed,
    /// The body is no form that we read.
    Form(FormError),
    /// Without a grant type.
    GrantTypeMissing,
    /// A grant type that this door does not know.
    GrantTypeUnsupported,
    /// A parameter that the grant needs.
    ParameterMissing(&'static str),
    /// A parameter that may be there once.
    ParameterRepeated(&'static str),
    /// More parameters than we look at.
    TooManyParameters,
    /// More scopes than we look at.
    TooManyScopes,
    /// A header and a form that show different credentials.
    TwoCredentials,
    /// Without a service.
    ServiceMissing,
    /// The service is no client that this protocol serves.
    Client(ClientRefusal),
    /// The client's settings are not understood.
    ClientSettings,
    /// No credentials, and nothing of what is asked is for everybody.
    CredentialsMissing,
    /// Credentials that cannot be right.
    CredentialsUnusable(&'static str),
    /// Credentials that are not right, or whose owner may not use them now.
    Denied {
        /// What identity said.
        denied: Denied,
        /// Whether a stored token was shown instead of a password.
        by_token: bool,
        /// Where the person can put it right.
        account_url: String,
    },
    /// A stored token of another client.
    TokenOfAnotherClient,
    /// The user changed while the password was being checked.
    UserChanged,
    /// The gate stayed shut.
    Gate(GateRefusal),
    /// Something here is busy or broken.
    Store(Error),
}

/// How a refusal is told.
struct Words {
    status: StatusCode,
    /// Registry error code (Distribution specification, "Errors").
    code: &'static str,
    /// OAuth error code.
    error: &'static str,
    /// For people; docker prints it.
    message: Cow<'static, str>,
}

fn words(status: StatusCode, code: &'static str, error: &'static str, message: impl Into<Cow<'static, str>>) -> Words {
    Words { status, code, error, message: message.into() }
}

fn bad_request(message: impl Into<Cow<'static, str>>) -> Words {
    words(StatusCode::BAD_REQUEST, "UNSUPPORTED", "invalid_request", message)
}

fn bad_client(message: &'static str) -> Words {
    words(StatusCode::BAD_REQUEST, "DENIED", "invalid_client", message)
}

fn unauthorized(message: impl Into<Cow<'static, str>>) -> Words {
    words(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "invalid_grant", message)
}

const BUSY: &str = "The server is busy, try again in a moment.";
const BROKEN: &str = "Something went wrong here; the log says what, under the id in X-Request-Id.";

impl TokenError {
    fn words(&self) -> Words {
        match self {
            TokenError::Door(refusal) => match refusal {
                DoorRefusal::RealmUnknown => {
                    words(StatusCode::NOT_FOUND, "DENIED", "Realm does not exist", "Realm does not exist")
                }
                DoorRefusal::RealmDisabled => bad_request("Realm not enabled"),
                DoorRefusal::TlsRequired => bad_request("HTTPS required"),
                DoorRefusal::ForwardingUnclear => bad_request("Forwarding headers contradict each other"),
                DoorRefusal::TooManyRequests { .. } => words(
                    StatusCode::TOO_MANY_REQUESTS,
                    "TOOMANYREQUESTS",
                    "slow_down",
                    "Too many requests, try again later.",
                ),
                DoorRefusal::Busy { .. } => {
                    words(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "temporarily_unavailable", BUSY)
                }
                DoorRefusal::Fault => words(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN", "server_error", BROKEN),
            },
            TokenError::NotFound => {
                words(StatusCode::NOT_FOUND, "UNSUPPORTED", "HTTP 404 Not Found", "There is nothing at this address")
            }
            TokenError::MethodNotAllowed => words(
                StatusCode::METHOD_NOT_ALLOWED,
                "UNSUPPORTED",
                "HTTP 405 Method Not Allowed",
                "Ask with GET or POST",
            ),
            TokenError::Form(FormError::NotAForm) => bad_request("The body must be application/x-www-form-urlencoded"),
            TokenError::Form(FormError::TooLong) => {
                words(StatusCode::PAYLOAD_TOO_LARGE, "UNSUPPORTED", "invalid_request", "The form is too long")
            }
            TokenError::Form(FormError::Broken) => bad_request("The form could not be read"),
            TokenError::GrantTypeMissing => bad_request("Missing form parameter: grant_type"),
            TokenError::GrantTypeUnsupported => {
                words(StatusCode::BAD_REQUEST, "UNSUPPORTED", "unsupported_grant_type", "Unsupported grant_type")
            }
            TokenError::ParameterMissing(name) => bad_request(format!("Missing form parameter: {name}")),
            TokenError::ParameterRepeated(name) => bad_request(format!("duplicated parameter: {name}")),
            TokenError::TooManyParameters => bad_request("Too many parameters"),
            TokenError::TooManyScopes => {
                words(StatusCode::BAD_REQUEST, "UNSUPPORTED", "invalid_scope", "Too many scopes in one request")
            }
            TokenError::TwoCredentials => bad_request("Header and form show different credentials"),
            TokenError::ServiceMissing => bad_request("service parameter must be provided"),
            TokenError::Client(ClientRefusal::Unknown) => {
                bad_client("Client specified by 'service' parameter does not exist")
            }
            TokenError::Client(ClientRefusal::Disabled) => bad_client("Client specified by 'service' is disabled"),
            TokenError::Client(ClientRefusal::OtherProtocol) => {
                bad_client("Client specified by 'service' parameter is not a docker-v2 client")
            }
            TokenError::ClientSettings => bad_client("Client specified by 'service' has settings that are not valid"),
            TokenError::CredentialsMissing => unauthorized("Authentication is required."),
            TokenError::CredentialsUnusable(_) => unauthorized(INVALID),
            TokenError::Denied { denied, by_token, account_url } => denied_words(denied, *by_token, account_url),
            TokenError::TokenOfAnotherClient | TokenError::UserChanged => unauthorized(LOG_IN_AGAIN),
            TokenError::Gate(refusal) => gate_words(*refusal),
            TokenError::Store(Error::Busy { .. }) => {
                words(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "temporarily_unavailable", BUSY)
            }
            TokenError::Store(_) => words(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN", "server_error", BROKEN),
        }
    }

    /// Keycloak's word for the event, and our own reason where that says more. None: a fault, which has an event of its own.
    pub(crate) fn event(&self) -> Option<(&'static str, Option<&'static str>)> {
        let invalid = "invalid_request";
        Some(match self {
            TokenError::Door(_) | TokenError::NotFound | TokenError::MethodNotAllowed => (invalid, None),
            TokenError::Form(FormError::NotAForm) => (invalid, Some("body is no form")),
            TokenError::Form(FormError::TooLong) => (invalid, Some("form too long")),
            TokenError::Form(FormError::Broken) => (invalid, Some("form broken off")),
            TokenError::GrantTypeMissing => (invalid, Some("grant_type missing")),
            TokenError::GrantTypeUnsupported => (invalid, Some("grant_type unsupported")),
            TokenError::ParameterMissing(name) => (invalid, Some(name)),
            TokenError::ParameterRepeated(_) => (invalid, Some("duplicated parameter")),
            TokenError::TooManyParameters => (invalid, Some("too many parameters")),
            TokenError::TooManyScopes => (invalid, Some("too many scopes")),
            TokenError::TwoCredentials => (invalid, Some("two different credentials")),
            TokenError::ServiceMissing => (invalid, Some("service parameter must be provided")),
            TokenError::Client(ClientRefusal::Unknown) => ("client_not_found", None),
            TokenError::Client(ClientRefusal::Disabled) => ("client_disabled", None),
            TokenError::Client(ClientRefusal::OtherProtocol) => ("invalid_client", Some("client of another protocol")),
            TokenError::ClientSettings => ("invalid_client", Some("client settings not valid")),
            TokenError::CredentialsMissing => ("invalid_user_credentials", Some("no credentials")),
            TokenError::CredentialsUnusable(reason) => ("invalid_user_credentials", Some(reason)),
            TokenError::Denied { denied: Denied::Fault(_), .. } => return None,
            TokenError::Denied { denied, .. } => (denied.event_error(), None),
            TokenError::TokenOfAnotherClient => ("invalid_token", Some("identity token of another client")),
            TokenError::UserChanged => ("invalid_user_credentials", Some("user changed during log-in")),
            TokenError::Gate(refusal) => (refusal.event_error(), Some("gate")),
            TokenError::Store(Error::Busy { .. }) => ("busy", None),
            TokenError::Store(_) => return None,
        })
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            TokenError::Door(
                DoorRefusal::TooManyRequests { retry_after_seconds } | DoorRefusal::Busy { retry_after_seconds },
            )
            | TokenError::Store(Error::Busy { retry_after_seconds })
            | TokenError::Denied { denied: Denied::Busy { retry_after_seconds }, .. } => Some(*retry_after_seconds),
            _ => None,
        }
    }

    /// The answer. `realm` names the challenge; `requested` is what the detail tells.
    pub(crate) fn response(&self, realm: &str, requested: &[Access<'_>]) -> Response {
        let words = self.words();
        let body = ErrorBody {
            errors: [RegistryError { code: words.code, message: &words.message, detail: details(requested) }],
            error: words.error,
            error_description: &words.message,
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = response::json(words.status, Body::from(body));
        let headers = response.headers_mut();
        if words.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, challenge(realm));
        }
        if let Some(seconds) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        if words.status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST, OPTIONS"));
        }
        response
    }
}

const LOG_IN_AGAIN: &str = "The stored token is not valid any more. Log in again.";

fn denied_words(denied: &Denied, by_token: bool, account_url: &str) -> Words {
    match denied {
        Denied::Invalid { .. } | Denied::NotBefore { .. } if by_token => unauthorized(LOG_IN_AGAIN),
        // A locked account looks like a wrong password: whoever guesses must not learn that the guess was right.
        Denied::Invalid { .. } | Denied::Locked { .. } | Denied::NotBefore { .. } => unauthorized(INVALID),
        Denied::Disabled { .. } => unauthorized("Account is disabled, contact your administrator."),
        Denied::ActionRequired { actions, .. } => unauthorized(format!(
            "Account is not fully set up. Log in at {account_url} and {}.",
            actions.iter().map(|action| action_words(action)).collect::<Vec<_>>().join(", ")
        )),
        Denied::SecondFactorRequired { .. } => {
            unauthorized("This account has a second factor, and this registry takes no password without it.")
        }
        Denied::Busy { .. } => words(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "temporarily_unavailable", BUSY),
        Denied::Fault(_) => words(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN", "server_error", BROKEN),
    }
}

/// What a pending required action asks of the person.
fn action_words(action: &str) -> String {
    match action {
        "UPDATE_PASSWORD" => "set a new password".into(),
        "UPDATE_PROFILE" | "VERIFY_PROFILE" => "complete your profile".into(),
        "UPDATE_EMAIL" => "set your e-mail address".into(),
        "VERIFY_EMAIL" => "confirm your e-mail address".into(),
        "CONFIGURE_TOTP" => "set up one-time codes".into(),
        "CONFIGURE_RECOVERY_AUTHN_CODES" => "set up recovery codes".into(),
        "TERMS_AND_CONDITIONS" => "accept the terms".into(),
        "webauthn-register" | "webauthn-register-passwordless" => "register a passkey".into(),
        other => format!("finish `{}`", protocol::short(other)),
    }
}

fn gate_words(refusal: GateRefusal) -> Words {
    match refusal {
        GateRefusal::RealmDisabled => bad_request("Realm not enabled"),
        GateRefusal::ClientDisabled => TokenError::Client(ClientRefusal::Disabled).words(),
        GateRefusal::WrongProtocol => TokenError::Client(ClientRefusal::OtherProtocol).words(),
        GateRefusal::ForeignClient => TokenError::Client(ClientRefusal::Unknown).words(),
        GateRefusal::ForeignUser => unauthorized(INVALID),
        GateRefusal::UserDisabled => unauthorized("Account is disabled, contact your administrator."),
        // No session ever comes through this door.
        GateRefusal::NotBefore | GateRefusal::NotInSession => unauthorized(LOG_IN_AGAIN),
        GateRefusal::ActionRequired => unauthorized("Account is not fully set up."),
    }
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    errors: [RegistryError<'a>; 1],
    error: &'a str,
    error_description: &'a str,
}

#[derive(Serialize)]
struct RegistryError<'a> {
    code: &'a str,
    message: &'a str,
    detail: Vec<Detail<'a>>,
}

/// As registries write it: capitalised, one for each action.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Detail<'a> {
    #[serde(rename = "Type")]
    kind: &'a str,
    name: &'a str,
    action: &'a str,
}

fn details<'a>(requested: &[Access<'a>]) -> Vec<Detail<'a>> {
    requested
        .iter()
        .flat_map(|entry| entry.actions.iter().map(|action| Detail { kind: entry.kind, name: entry.name, action }))
        .take(MAX_DETAILS)
        .collect()
}

/// RFC 7617 §2 and §2.1: the realm as a quoted string, and the one charset there is.
fn challenge(realm: &str) -> HeaderValue {
    let mut text = String::with_capacity(realm.len() + 32);
    text.push_str("Basic realm=\"");
    for c in realm.chars() {
        match c {
            '"' | '\\' => {
                text.push('\\');
                text.push(c);
            }
            ' '..='~' => text.push(c),
            _ => text.push('?'),
        }
    }
    text.push_str("\", charset=\"UTF-8\"");
    HeaderValue::try_from(text)
        .unwrap_or_else(|_| HeaderValue::from_static("Basic realm=\"registry\", charset=\"UTF-8\""))
}

#[cfg(test)]
mod tests;
