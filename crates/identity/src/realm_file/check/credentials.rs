//! Checks of credentials: whatever a log-in will have to read must be readable now.

use crypto::password::{HashFormatError, MAX_PASSWORD_BYTES, PasswordHash, Prf};
use serde_json::{Map, Value};

use super::names::text;
use super::place::Place;
use crate::realm_file::fault::At;
use crate::realm_file::user_form::plain_password;

/// Most text in one member of a credential.
const DATA_BYTES: usize = 256 * 1024;

/// What a credential is, for the report.
pub(super) enum Sort {
    /// A password that will work.
    Password,
    /// A password that only an extension of Keycloak understands.
    ForeignPassword,
    /// Something that a second factor is asked from.
    SecondFactor,
    /// Anything else; kept.
    Other,
}

/// Checks one credential; its placeholder has been replaced.
pub(super) fn check(place: &mut Place<'_>, credential: &Map<String, Value>, at: &At<'_>) -> Sort {
    for member in ["credentialData", "secretData"] {
        let Some(data) = text(credential, member) else { continue };
        if data.len() > DATA_BYTES {
            place.fault(&at.member(member), "is longer than 256 KiB");
            return Sort::Other;
        }
        if !matches!(serde_json::from_str(data), Ok(Value::Object(_))) {
            place.fault(&at.member(member), "must be the text of a JSON object");
            return Sort::Other;
        }
    }
    let data = text(credential, "credentialData").unwrap_or("{}");
    let secret = text(credential, "secretData").unwrap_or("{}");
    if let Some(password) = plain_password(credential) {
        if password.is_empty() {
            place.fault(&at.member("value"), "must not be empty");
        } else if password.len() > MAX_PASSWORD_BYTES {
            place.fault(&at.member("value"), format!("must not be longer than {MAX_PASSWORD_BYTES} bytes"));
        }
        return Sort::Password;
    }
    match text(credential, "type") {
        None => {
            place.fault(&at.member("type"), "is missing");
            Sort::Other
        }
        Some("password") if is_foreign(data) => Sort::ForeignPassword,
        Some("password") => match PasswordHash::from_keycloak(data, secret) {
            Ok(_) => Sort::Password,
            Err(HashFormatError::UnknownAlgorithm) => Sort::ForeignPassword,
            Err(error) => {
                place.fault(at, error.to_string());
                Sort::Password
            }
        },
        Some("otp") => {
            one_time_password(place, data, secret, at);
            Sort::SecondFactor
        }
        Some("webauthn") => Sort::SecondFactor,
        Some(_) => Sort::Other,
    }
}

/// Whether only an extension of Keycloak knows the algorithm; what its secret looks like is its own business.
fn is_foreign(data: &str) -> bool {
    let data: Value = serde_json::from_str(data).unwrap_or_default();
    let known = |id: &str| id == "argon2" || Prf::from_keycloak_id(id).is_some();
    data.get("algorithm").and_then(Value::as_str).is_some_and(|id| !known(id))
}

fn one_time_password(place: &mut Place<'_>, data: &str, secret: &str, at: &At<'_>) {
    let is_counter_based =
        serde_json::from_str::<Value>(data).is_ok_and(|data| data.get("subType").is_some_and(|kind| kind == "hotp"));
    // A counter-based secret is kept; nothing here counts yet.
    if !is_counter_based && crypto::otp::Totp::from_keycloak(data, secret).is_err() {
        place.fault(at, "the one-time password's data cannot be read");
    }
}
