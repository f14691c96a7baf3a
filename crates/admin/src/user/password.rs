//! Passwords that an administrator sets.

use crypto::password::PasswordHash;
use crypto::secret::Secret;
use http::StatusCode;
use identity::{NoLists, PasswordRefused, User, UserChange, Violation};
use serde_json::{Map, Value};

use super::change::UPDATE_PASSWORD;
use crate::{Happened, ManageUsers, Permit, Refusal, Resource, Words};

/// Gives a user a password, which the realm's policy must take. A temporary one has to be changed at the next log-in; one that is not
/// ends such a demand.
///
/// # Errors
/// 404; 403 for who manages more than the caller; 400 for a password that is missing, empty or against the policy.
pub async fn reset_password(
    permit: &Permit<ManageUsers>,
    id: &str,
    credential: &Map<String, Value>,
) -> Result<(), Refusal> {
    let user = super::find(permit, id).await?;
    permit.check_may_manage(&user)?;
    let kind = credential.get("type").and_then(Value::as_str).unwrap_or("password");
    let password = match credential.get("value").and_then(Value::as_str) {
        Some(value) if kind == "password" => Secret::from(value.to_owned()),
        _ => return Err(Refusal::error("No password provided")),
    };
    if password.expose().trim().is_empty() {
        return Err(Refusal::error("Empty password not allowed"));
    }
    let hash = hash(permit, &user, &password).await?;
    let temporary = credential.get("temporary").and_then(Value::as_bool).unwrap_or_default();
    let mut actions = user.required_actions.clone();
    actions.retain(|action| action != UPDATE_PASSWORD);
    if temporary {
        actions.push(UPDATE_PASSWORD.to_owned());
    }
    let mut change = permit.change().await?;
    change.set_password_hash(&user.id, &hash).await?;
    if actions != user.required_actions {
        let told = UserChange { required_actions: Some(actions), ..UserChange::default() };
        change.change_user(&user.id, told).await?;
    }
    change.commit(Happened::action(Resource::User, format!("users/{}/reset-password", user.id))).await
}

/// A new password's hash, once the policy has taken it.
pub(super) async fn hash(
    permit: &Permit<ManageUsers>,
    user: &User,
    password: &Secret,
) -> Result<PasswordHash, Refusal> {
    match permit.identity().hash_new_password(permit.realm(), user, password, &NoLists).await {
        Ok(hash) => Ok(hash),
        Err(PasswordRefused::Broken(violations)) => Err(broken(&violations)),
        Err(PasswordRefused::Error(error)) => Err(error.into()),
    }
}

/// The first rule that a password broke, in the words of Keycloak's English messages.
pub(super) fn broken(violations: &[Violation]) -> Refusal {
    let Some(first) = violations.first() else { return Refusal::error("invalidPasswordMessage") };
    let number = first.parameter.as_deref().unwrap_or_default();
    let words = match first.message {
        "invalidPasswordMinLengthMessage" => format!("Invalid password: minimum length {number}."),
        "invalidPasswordMaxLengthMessage" => format!("Invalid password: maximum length {number}."),
        "invalidPasswordMinDigitsMessage" => {
            format!("Invalid password: must contain at least {number} numerical digits.")
        }
        "invalidPasswordMinLowerCaseCharsMessage" => {
            format!("Invalid password: must contain at least {number} lower case characters.")
        }
        "invalidPasswordMinUpperCaseCharsMessage" => {
            format!("Invalid password: must contain at least {number} upper case characters.")
        }
        "invalidPasswordMinSpecialCharsMessage" => {
            format!("Invalid password: must contain at least {number} special characters.")
        }
        "invalidPasswordNotUsernameMessage" => "Invalid password: must not be equal to the username.".to_owned(),
        "invalidPasswordNotContainsUsernameMessage" => "Invalid password: Can not contain the username.".to_owned(),
        "invalidPasswordNotEmailMessage" => "Invalid password: must not be equal to the email.".to_owned(),
        "invalidPasswordRegexPatternMessage" => "Invalid password: fails to match regex pattern(s).".to_owned(),
        "invalidPasswordHistoryMessage" => {
            format!("Invalid password: must not be equal to any of last {number} passwords.")
        }
        "invalidPasswordBlacklistedMessage" => "Invalid password: password is blacklisted.".to_owned(),
        _ => "Invalid password.".to_owned(),
    };
    Refusal::status(StatusCode::BAD_REQUEST, Words::Described(first.message.into(), words.into()))
}
