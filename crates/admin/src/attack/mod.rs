//! Failed log-ins that were counted.

use identity::{FailureState, UserId};
use serde_json::{Value, json};

use crate::{Happened, ManageUsers, Permit, Refusal, Resource, ViewUsers};

/// How many log-ins of a user have failed, and whether that has locked them. Somebody who is not there has none, as Keycloak
/// answers.
///
/// # Errors
/// When the store fails.
pub async fn state(permit: &Permit<ViewUsers>, id: &str) -> Result<Value, Refusal> {
    let (realm, identity) = (permit.realm(), permit.identity());
    let user = if id.contains('\0') { None } else { identity.find_user(realm, &UserId::from(id)).await? };
    let state = match &user {
        Some(user) => identity.failure_state(realm, &user.id).await?,
        None => FailureState::default(),
    };
    let locked_out = user.is_some_and(|user| user.is_locked_out());
    Ok(json!({
        "numFailures": state.failures,
        "numTemporaryLockouts": state.lockouts,
        "numSecondaryAuthFailures": 0,
        "disabled": locked_out || state.is_locked(identity.clock().now()),
        "lastIPFailure": state.last_address.as_deref().unwrap_or("n/a"),
        "lastFailure": state.last_failure.map_or(0, |at| at.0),
        "failedLoginNotBefore": state.locked_until.map_or(0, identity::Timestamp::seconds),
    }))
}

/// Forgets a user's failed log-ins.
///
/// # Errors
/// When the store fails.
pub async fn clear(permit: &Permit<ManageUsers>, id: &str) -> Result<(), Refusal> {
    let (realm, identity) = (permit.realm(), permit.identity());
    let user = if id.contains('\0') { None } else { identity.find_user(realm, &UserId::from(id)).await? };
    let Some(user) = user else { return Ok(()) };
    identity.clear_failures(realm, &user.id).await?;
    let path = format!("attack-detection/brute-force/users/{}", user.id);
    permit.change().await?.commit(Happened::deleted(Resource::UserLoginFailure, path)).await
}

/// Forgets the failed log-ins of all users.
///
/// # Errors
/// When the store fails.
pub async fn clear_all(permit: &Permit<ManageUsers>) -> Result<(), Refusal> {
    permit.identity().clear_all_failures(permit.realm()).await?;
    let path = "attack-detection/brute-force/users";
    permit.change().await?.commit(Happened::deleted(Resource::UserLoginFailure, path)).await
}
