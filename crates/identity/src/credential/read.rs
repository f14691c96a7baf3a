//! Opening credentials to check something against them.

use std::fmt;

use zeroize::Zeroizing;

use crate::{CredentialId, Error, Identity, UserId};

/// A credential with its secret half open.
pub(crate) struct CredentialSecret {
    pub(crate) id: CredentialId,
    /// Keycloak's `credentialData`.
    pub(crate) credential_data: String,
    /// Keycloak's `secretData`.
    pub(crate) secret_data: Zeroizing<String>,
    /// The last one-time step that was used.
    pub(crate) used_step: Option<i64>,
}

impl fmt::Debug for CredentialSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialSecret").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Identity {
    /// A user's credentials of one kind, opened, in order of preference: one statement.
    pub(crate) async fn credentials_of(&self, user: &UserId, kind: &str) -> Result<Vec<CredentialSecret>, Error> {
        let _ = (user, kind);
        todo!()
    }
}
