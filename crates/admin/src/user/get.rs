//! One user.

use identity::profile::Profile;
use serde_json::{Value, json};

use super::represent::{alone, seen_attributes};
use crate::{Permit, Refusal, ViewUsers};

/// A user; with the profile's description of their attributes if `metadata`.
///
/// # Errors
/// 404.
pub async fn get(permit: &Permit<ViewUsers>, id: &str, metadata: bool) -> Result<Value, Refusal> {
    let user = super::find(permit, id).await?;
    Ok(alone(permit, &Profile::of(permit.realm()), &user, metadata))
}

/// A user's attributes that the profile does not name, as far as it lets administrators see them.
///
/// # Errors
/// 404.
pub async fn unmanaged_attributes(permit: &Permit<ViewUsers>, id: &str) -> Result<Value, Refusal> {
    let user = super::find(permit, id).await?;
    let profile = Profile::of(permit.realm());
    let mut seen = seen_attributes(&profile, &user);
    seen.retain(|name, _| profile.attribute(name).is_none());
    Ok(json!(seen))
}
