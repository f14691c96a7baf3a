//! Credentials: passwords, one-time password secrets, and kinds that no code here understands yet.

mod add;
pub(crate) mod entity;
mod hash_kind;
mod list;
mod read;

pub use add::NewCredential;
pub(crate) use hash_kind::{dummy_of, hash_kind, kind_of};
pub use list::ShownCredential;
pub(crate) use read::CredentialSecret;

use crate::{CredentialId, Timestamp};

/// The kind of a password.
pub(crate) const PASSWORD: &str = "password";
/// Binds a sealed secret half to its row.
pub(crate) const TABLE: &str = "credential";

/// What is known of a credential without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialFacts {
    /// Its row.
    pub id: CredentialId,
    /// `password`, `otp`, `webauthn` …
    pub kind: String,
    /// For passwords: the kind of hash and its cost.
    pub algorithm: Option<String>,
    /// The user's name for it.
    pub label: Option<String>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}
