//! What is stored of a user to check a password against.

use std::sync::Arc;

use crypto::otp::Totp;
use crypto::password::PasswordHash;
use crypto::secret::Secret;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use super::factor::Otp;
use super::lock::Subject;
use crate::credential::CredentialSecret;
use crate::credential::entity::{Column, Entity};
use crate::{CredentialId, Error, Identity, User};

const PASSWORD: &str = "password";
const OTP: &str = "otp";
/// Keycloak's kinds of credential that are asked for after a password.
const SECOND_FACTORS: [&str; 3] = [OTP, "webauthn", "recovery-authn-codes"];

#[derive(Clone)]
pub(super) struct StoredPassword {
    pub(super) id: CredentialId,
    pub(super) hash: Arc<PasswordHash>,
    /// The row's sealed half when it was read.
    pub(super) sealed: Vec<u8>,
}

#[derive(Default)]
pub(super) struct Stored {
    pub(super) password: Option<StoredPassword>,
    /// One-time passwords that can be checked here; empty unless they were asked for.
    pub(super) otps: Vec<Otp>,
}

impl Stored {
    /// Reads the credentials of a subject. A decoy is looked up like a user, and has none.
    pub(super) async fn load(identity: &Identity, subject: &Subject<'_>, with_otps: bool) -> Result<Self, Error> {
        let passwords = identity.credentials_of(&subject.id, PASSWORD).await?;
        let password = passwords.into_iter().find_map(StoredPassword::read);
        let has_otp = with_otps && subject.user.is_some_and(|user| user.has_credential(OTP));
        let otps = if has_otp { identity.credentials_of(&subject.id, OTP).await? } else { Vec::new() };
        Ok(Self { password, otps: otps.into_iter().filter_map(read_otp).collect() })
    }
}

/// Whether the user has enrolled something that Keycloak asks for after a password.
pub(super) fn has_second_factor(user: &User) -> bool {
    SECOND_FACTORS.iter().any(|kind| user.has_credential(kind))
}

impl StoredPassword {
    /// `None` for a hash that cannot be checked here (bcrypt of a third party's Keycloak provider, say): to the caller the
    /// user then has no password, which the log tells.
    fn read(credential: CredentialSecret) -> Option<Self> {
        match PasswordHash::from_keycloak(&credential.credential_data, &credential.secret_data) {
            Ok(hash) => Some(Self { id: credential.id, hash: Arc::new(hash), sealed: credential.sealed }),
            Err(error) => {
                tracing::warn!(%error, credential = %credential.id, "a stored password cannot be checked");
                None
            }
        }
    }
}

fn read_otp(credential: CredentialSecret) -> Option<Otp> {
    match Totp::from_keycloak(&credential.credential_data, &credential.secret_data) {
        Ok(totp) => Some(Otp { id: credential.id, totp, used_step: credential.used_step }),
        // A counter-based one, mostly. The user is then refused as one whose factor cannot be typed into the field.
        Err(error) => {
            tracing::debug!(%error, credential = %credential.id, "a one-time password cannot be checked here");
            None
        }
    }
}

impl Identity {
    /// Whether the stored password is still the one that was read.
    pub(super) async fn still_stands(&self, read: &StoredPassword) -> Result<bool, Error> {
        let found: Option<String> = Entity::find_by_id(read.id.as_str())
            .select_only()
            .column(Column::Id)
            .filter(Column::Sealed.eq(read.sealed.as_slice()))
            .into_tuple()
            .one(self.store().reader())
            .await?;
        Ok(found.is_some())
    }

    /// Puts the new hash of the same password in the place of the old one, if that still stands.
    pub(super) async fn replace_hash(&self, old: &StoredPassword, new: &PasswordHash) -> Result<(), Error> {
        let mut tx = self.begin().await?;
        if tx.replace_password_hash(&old.id, &old.sealed, new).await? {
            tx.commit().await?;
        }
        Ok(())
    }

    /// Writes down that the code of this step has been used. Of any number of uses at once, on any node, one is told `true`.
    // RFC 6238 section 5.2: a code is taken once.
    pub(super) async fn use_otp_step(&self, credential: &CredentialId, step: i64) -> Result<bool, Error> {
        let transaction = self.store().transaction().await?;
        let used = Entity::update_many()
            .col_expr(Column::UsedStep, Expr::value(step))
            .filter(Column::Id.eq(credential.as_str()))
            .filter(Condition::any().add(Column::UsedStep.is_null()).add(Column::UsedStep.lt(step)))
            .exec(&transaction)
            .await?;
        self.store().commit(transaction).await?;
        Ok(used.rows_affected == 1)
    }

    /// Whether `password` is one of the user's earlier passwords that may not come back.
    pub(super) async fn is_among(
        &self,
        hashes: &[Arc<PasswordHash>],
        user: &User,
        password: &Secret,
    ) -> Result<bool, Error> {
        for hash in hashes {
            if self.hashing().verify(hash, password, user.id.as_str().as_bytes()).await.map_err(busy)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn busy(busy: crypto::password::Busy) -> Error {
    Error::Busy { retry_after_seconds: busy.retry_after_seconds }
}
