//! Credentials of one user's representation, brought to the form of rows as those of a file are.

use std::path::Path;

use crypto::password::PasswordHash;
use crypto::secret::Secret;
use serde_json::{Map, Value};

use super::check::check_credential;
use super::fault::{At, Faults};
use super::user_form::{CredentialParts, plain_password, settle_user};
use crate::{
    BlackLists, CheckFailed, Error, FieldFault, Identity, NewCredential, NewPassword, Realm, Timestamp, Tx, UserId,
    Violation,
};

/// Credentials of one user at most.
const MOST: usize = 100;

/// A credential that may be written: settled, checked, and hashed where it was in the clear.
#[derive(Debug)]
pub enum PreparedCredential {
    /// A password that was in the clear.
    Password {
        /// Its hash, as the realm's policy says.
        hash: PasswordHash,
        /// Whether it has to be changed at the next log-in.
        temporary: bool,
    },
    /// Anything that was stored before.
    Stored(NewCredential),
}

/// Why credentials are not taken.
#[derive(Debug)]
pub enum CredentialsRefused {
    /// A password in the clear broke these rules of the realm's policy.
    Broken(Vec<Violation>),
    /// Something else.
    Error(Error),
}

impl From<Error> for CredentialsRefused {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Identity {
    /// Reads the `credentials` of a UserRepresentation: passwords in the clear are judged by the realm's policy and hashed,
    /// everything else must be what a log-in can read. No unit of work is open meanwhile.
    ///
    /// # Errors
    /// [`CredentialsRefused`].
    pub async fn prepare_credentials(
        &self,
        realm: &Realm,
        (username, email): (&str, Option<&str>),
        credentials: Vec<Value>,
        lists: &dyn BlackLists,
    ) -> Result<Vec<PreparedCredential>, CredentialsRefused> {
        if credentials.len() > MOST {
            return Err(Error::invalid("credentials", format!("are more than {MOST}")).into());
        }
        let mut user = Map::new();
        user.insert("credentials".to_owned(), Value::Array(credentials));
        let mut faults = Faults::new(MOST);
        let file = Path::new("");
        settle_user(&mut user, file, &At::Root, &mut faults);
        let list = match user.shift_remove("credentials") {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        };
        let mut settled = Vec::with_capacity(list.len());
        let at = At::Root.member("credentials");
        for (index, credential) in list.into_iter().enumerate() {
            let Value::Object(credential) = credential else { continue };
            check_credential(&credential, file, &at.item(index), &mut faults);
            settled.push(credential);
        }
        let faults: Vec<FieldFault> =
            faults.into_list().into_iter().map(|fault| FieldFault::new(fault.pointer, fault.reason)).collect();
        if !faults.is_empty() {
            return Err(Error::Invalid(faults).into());
        }
        let mut prepared = Vec::with_capacity(settled.len());
        for credential in settled {
            let Some(plain) = plain_password(&credential) else {
                prepared.push(PreparedCredential::Stored(stored(credential, self.clock().now())));
                continue;
            };
            let new = NewPassword { password: plain, username, email, lists };
            realm.settings.password_policy.check(&new).map_err(|failed| match failed {
                CheckFailed::Broken(violations) => CredentialsRefused::Broken(violations),
                CheckFailed::Unanswered(why) => Error::fault(why).into(),
            })?;
            let hash = self.hash_first_password(realm, &Secret::from(plain.to_owned())).await?;
            let temporary = credential.get("temporary") == Some(&Value::Bool(true));
            prepared.push(PreparedCredential::Password { hash, temporary });
        }
        Ok(prepared)
    }
}

impl Tx {
    /// Writes prepared credentials of a user. Tells whether a password among them has to be changed.
    pub async fn add_prepared_credentials(
        &mut self,
        user: &UserId,
        credentials: Vec<PreparedCredential>,
    ) -> Result<bool, Error> {
        let mut must_change = false;
        for credential in credentials {
            match credential {
                PreparedCredential::Password { hash, temporary } => {
                    self.set_password_hash(user, &hash).await?;
                    must_change |= temporary;
                }
                PreparedCredential::Stored(credential) => {
                    self.add_credential(user, credential).await?;
                }
            }
        }
        Ok(must_change)
    }
}

/// Its id is chosen here: whose rows have which ids is not for the sender to say.
fn stored(credential: Map<String, Value>, now: Timestamp) -> NewCredential {
    let parts = CredentialParts::of(credential);
    NewCredential {
        id: None,
        kind: parts.kind,
        label: parts.label,
        created_at: Some(parts.created_at.map_or(now, Timestamp)),
        credential_data: parts.data,
        secret_data: parts.secret,
        document: Value::Object(parts.rest),
    }
}
