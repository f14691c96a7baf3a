//! Making, replacing and removing credentials.

use std::fmt;

use crypto::password::PasswordHash;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::{CredentialId, Error, Timestamp, Tx, UserId};

/// A credential that is still to be made, in Keycloak's words.
pub struct NewCredential {
    /// Its row, if it has one already; else a random one.
    pub id: Option<CredentialId>,
    /// `password`, `otp`, …
    pub kind: String,
    /// The user's name for it.
    pub label: Option<String>,
    /// When it was made, where known.
    pub created_at: Option<Timestamp>,
    /// Keycloak's `credentialData`: what anyone may see.
    pub credential_data: String,
    /// Keycloak's `secretData`: sealed at once.
    pub secret_data: Zeroizing<String>,
    /// The rest of Keycloak's CredentialRepresentation; null for none.
    pub document: Value,
}

impl fmt::Debug for NewCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewCredential").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Tx {
    /// Adds a credential behind those the user has.
    pub async fn add_credential(&mut self, user: &UserId, credential: NewCredential) -> Result<CredentialId, Error> {
        let _ = (user, credential);
        todo!()
    }

    /// Gives the user this password in place of any before. Their tickets stay: whoever changes a password revokes what must
    /// die with it.
    pub async fn set_password_hash(&mut self, user: &UserId, hash: &PasswordHash) -> Result<CredentialId, Error> {
        let _ = (user, hash);
        todo!()
    }

    /// Replaces the hash of one password, after a log-in proved it, by one of today's cost: only if it is still the one
    /// that was proved. Whether it was is answered. The user's version stays, for the password is the same.
    pub async fn replace_password_hash(
        &mut self,
        credential: &CredentialId,
        proved_data: &str,
        hash: &PasswordHash,
    ) -> Result<bool, Error> {
        let _ = (credential, proved_data, hash);
        todo!()
    }

    /// Removes a credential.
    pub async fn remove_credential(&mut self, id: &CredentialId) -> Result<(), Error> {
        let _ = id;
        todo!()
    }
}
