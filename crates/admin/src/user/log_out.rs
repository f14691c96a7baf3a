//! Ending all that speaks for a user.

use crate::{Happened, ManageUsers, Permit, Refusal, Resource};

/// Closes all sessions of a user, offline ones too; tokens issued before now are not taken any more.
///
/// # Errors
/// 404; 403 for who manages more than the caller.
pub async fn log_out(permit: &Permit<ManageUsers>, id: &str) -> Result<(), Refusal> {
    let user = super::find(permit, id).await?;
    permit.check_may_manage(&user)?;
    let mut change = permit.change().await?;
    change.log_out_user(&user.id).await?;
    change.commit(Happened::action(Resource::User, format!("users/{}/logout", user.id))).await
}
