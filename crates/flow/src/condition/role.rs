//! The person has a role (`condUserRole`: a realm role, or `client.role`), directly or through others; or has not (`negate`).

use super::Condition;
use crate::{BoxFuture, Context, Refusal};

pub(super) struct UserRole;

impl Condition for UserRole {
    fn id(&self) -> &'static str {
        "conditional-user-role"
    }

    fn holds<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Result<bool, Refusal>> {
        Box::pin(async move {
            let Some(user) = context.user().await? else { return Ok(false) };
            let realm = context.scene.realm;
            let wanted = context.config.get("condUserRole").map_or("", String::as_str);
            let role = realm
                .role_named(wanted)
                .or_else(|| wanted.rsplit_once('.').and_then(|(client, role)| realm.client_role_named(client, role)));
            // A role that is not there cannot be had; a condition for those who have it not would let everybody through.
            let Some(role) = role else { return Ok(false) };
            Ok(realm.effective(&user).has_role(role) != context.flag("negate", false))
        })
    }
}
