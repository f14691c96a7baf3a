//! A new password against the realm's policy.

use std::sync::Arc;

use crypto::password::{MAX_PASSWORD_BYTES, PasswordHash};
use crypto::secret::Secret;

use crate::credential::CredentialSecret;
use crate::policy::{BlackLists, CheckFailed, NewPassword, Violation};
use crate::{Error, FieldFault, Identity, Realm, Timestamp, User};

const DAY: i64 = 24 * 60 * 60;

/// Why a new password is not taken.
#[derive(Debug)]
pub enum PasswordRefused {
    /// The rules that it broke.
    Broken(Vec<Violation>),
    /// Something else: the pool is full, a list is missing, the store is broken.
    Error(Error),
}

impl From<Error> for PasswordRefused {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<PasswordRefused> for Error {
    /// One field fault for each broken rule, in Keycloak's message keys.
    fn from(refused: PasswordRefused) -> Self {
        match refused {
            PasswordRefused::Broken(violations) => Self::Invalid(
                violations.into_iter().map(|broken| FieldFault::new("password", broken.message)).collect(),
            ),
            PasswordRefused::Error(error) => error,
        }
    }
}

impl Identity {
    /// Checks a new password of a user by every rule of the realm's policy, the history included; changes nothing.
    ///
    /// # Errors
    /// [`PasswordRefused`].
    pub async fn check_new_password(
        &self,
        realm: &Realm,
        user: &User,
        password: &Secret,
        lists: &dyn BlackLists,
    ) -> Result<(), PasswordRefused> {
        let policy = &realm.settings.password_policy;
        if password.is_empty() || password.expose().len() > MAX_PASSWORD_BYTES {
            let too_long = !password.is_empty();
            return Err(PasswordRefused::Broken(vec![outside(too_long)]));
        }
        let new =
            NewPassword { password: password.expose(), username: &user.username, email: user.email.as_deref(), lists };
        policy.check(&new).map_err(|failed| match failed {
            CheckFailed::Broken(violations) => PasswordRefused::Broken(violations),
            CheckFailed::Unanswered(why) => PasswordRefused::Error(Error::fault(why)),
        })?;
        // Last, because it alone costs hashes.
        let earlier = self.earlier_passwords(realm, user).await?;
        if self.is_among(&earlier, user, password).await? {
            return Err(PasswordRefused::Broken(vec![Violation {
                rule: "passwordHistory",
                message: "invalidPasswordHistoryMessage",
                parameter: Some(policy.history().to_string()),
            }]));
        }
        Ok(())
    }

    /// Checks a new password by the realm's policy and hashes it as the policy says. What comes back is for
    /// [`crate::Tx::set_password_hash`]; no unit of work is open meanwhile.
    ///
    /// # Errors
    /// [`PasswordRefused`].
    pub async fn hash_new_password(
        &self,
        realm: &Realm,
        user: &User,
        password: &Secret,
        lists: &dyn BlackLists,
    ) -> Result<PasswordHash, PasswordRefused> {
        self.check_new_password(realm, user, password, lists).await?;
        let mut salt = [0; 16];
        self.random().fill(&mut salt);
        let spec = realm.settings.password_policy.hash_spec();
        let busy = |busy: crypto::password::Busy| Error::Busy { retry_after_seconds: busy.retry_after_seconds };
        Ok(self.hashing().hash(spec, password, salt).await.map_err(busy)?)
    }

    /// The hashes that a new password of this user must not match: the newest few (the current one is the newest), and
    /// those that were set within so many days.
    async fn earlier_passwords(&self, realm: &Realm, user: &User) -> Result<Vec<Arc<PasswordHash>>, Error> {
        let policy = &realm.settings.password_policy;
        let (newest, days) = (policy.history() as usize, i64::from(policy.history_days()));
        if newest == 0 && days == 0 {
            return Ok(Vec::new());
        }
        let mut stored = self.credentials_of(&user.id, "password").await?;
        let mut history = self.credentials_of(&user.id, "password-history").await?;
        let made_at = |credential: &CredentialSecret| -> Option<Timestamp> {
            user.credentials.iter().find(|facts| facts.id == credential.id).and_then(|facts| facts.created_at)
        };
        history.sort_by_key(|credential| std::cmp::Reverse(made_at(credential)));
        stored.extend(history);
        let since = self.clock().now().plus_seconds(-days.saturating_mul(DAY));
        let counts = |(position, credential): &(usize, CredentialSecret)| {
            *position < newest || (days > 0 && made_at(credential).is_none_or(|at| at >= since))
        };
        Ok(stored
            .into_iter()
            .enumerate()
            .filter(counts)
            .filter_map(|(_, credential)| {
                PasswordHash::from_keycloak(&credential.credential_data, &credential.secret_data).ok().map(Arc::new)
            })
            .collect())
    }
}

fn outside(too_long: bool) -> Violation {
    let (rule, message) = if too_long {
        ("maxLength", "invalidPasswordMaxLengthMessage")
    } else {
        ("length", "invalidPasswordMinLengthMessage")
    };
    let parameter = if too_long { MAX_PASSWORD_BYTES.to_string() } else { "1".to_owned() };
    Violation { rule, message, parameter: Some(parameter) }
}
