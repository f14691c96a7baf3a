//! An administrator who takes a user's place.

use std::sync::Arc;

use super::{Denied, Method, Proven};
use crate::{Identity, Realm, UserId};

impl Identity {
    /// Takes a user's place by the word of an administrator, whose right to do so must be known already. What holds for the
    /// user's own log-in (enabled, not locked) holds here.
    ///
    /// # Errors
    /// [`Denied`].
    pub async fn prove_impersonated(&self, realm: &Arc<Realm>, user: &UserId) -> Result<Proven, Denied> {
        let unknown = || Denied::Invalid { user: None, why: "user_not_found" };
        let user = self.find_user(realm, user).await?.ok_or_else(unknown)?;
        let now = self.clock().now();
        self.check_stands(realm, &user, now).await?;
        Ok(Proven::new(realm, user, now, Method::Session))
    }
}
