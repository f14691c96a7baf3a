//! Removing a user.

use protocol::Removed;

use crate::{Happened, ManageUsers, Permit, Refusal, Resource};

/// Removes a user with everything that hangs on them: credentials, grants, links, consents, sessions and tokens, and every rule
/// that named them (A79).
///
/// # Errors
/// 404; 403 for who manages more than the caller.
pub async fn remove(permit: &Permit<ManageUsers>, id: &str) -> Result<(), Refusal> {
    let user = super::find(permit, id).await?;
    permit.check_may_manage(&user)?;
    let mut change = permit.change().await?;
    change.remove_user(&user.id).await?;
    change.removed(Removed::User { id: &user.id, username: &user.username }).await?;
    change.commit(Happened::deleted(Resource::User, format!("users/{}", user.id))).await
}
