//! Checks of one thing at a time, for flows that ask page by page.

use std::sync::Arc;

use crypto::secret::Secret;

use super::evidence::Evidence;
use super::lock::{Attempt, Locked, Subject};
use super::stored::Stored;
use super::{Denied, Method, Peer};
use crate::{BoxFuture, CredentialId, Identity, Realm, User};

/// No code is longer.
const MAX_CODE_BYTES: usize = 64;

impl Identity {
    /// Checks a password for a flow that asks for second factors and pending actions itself. Same order, cost and answers as
    /// [`Identity::prove_password`]; what comes out proves the password and nothing else.
    ///
    /// # Errors
    /// [`Denied`].
    pub async fn check_password(
        &self,
        realm: &Arc<Realm>,
        login: &str,
        password: &Secret,
        peer: &Peer,
    ) -> Result<(Arc<User>, Evidence), Denied> {
        let proven = self.prove(realm, login, password, None, peer).await?;
        let evidence = Evidence::new(realm, &proven.user().id, Method::Password, proven.at());
        Ok((Arc::clone(proven.user()), evidence))
    }

    /// Checks a one-time code of a known user, against one of their devices or against all. A code counts once; a wrong
    /// one counts towards the lock.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn check_otp<'a>(
        &'a self,
        realm: &'a Arc<Realm>,
        user: &'a Arc<User>,
        device: Option<&'a CredentialId>,
        code: &'a Secret,
        peer: &'a Peer,
    ) -> BoxFuture<'a, Result<Evidence, Denied>> {
        Box::pin(async move {
            let now = self.clock().now();
            let subject = Subject::known(user);
            let locked = self.open_for_code(realm, &subject, code).await?;
            let attempt = Attempt { name: &user.username, password: code.expose(), peer, now };
            let stored = Stored::load(self, &subject, true).await?;
            let policy = &realm.settings.otp;
            let found = stored
                .otps
                .iter()
                .filter(|otp| device.is_none_or(|device| otp.id == *device))
                .find_map(|otp| otp.step(code.expose(), policy, now).map(|step| (otp.id.clone(), step)));
            let (locked_by_now, _) = self.lock_of(realm, &subject, now).await?;
            let right = locked == Locked::No && locked_by_now == Locked::No;
            if let Some((id, step)) = found.filter(|_| right)
                && (policy.reusable || self.use_otp_step(&id, step).await?)
            {
                return Ok(Evidence::new(realm, &user.id, Method::Otp, now));
            }
            Err(self.wrong_code(realm, &subject, &attempt, locked_by_now).await)
        })
    }

    /// The lock as it is; a code that cannot be one is refused before anything is opened.
    pub(super) async fn open_for_code(
        &self,
        realm: &Realm,
        subject: &Subject<'_>,
        code: &Secret,
    ) -> Result<Locked, Denied> {
        if code.is_empty() || code.expose().len() > MAX_CODE_BYTES {
            return Err(Denied::Invalid {
                user: subject.user.map(|user| user.id.clone()),
                why: "invalid_user_credentials",
            });
        }
        Ok(self.lock_of(realm, subject, self.clock().now()).await?.0)
    }

    pub(super) async fn wrong_code(
        &self,
        realm: &Realm,
        subject: &Subject<'_>,
        attempt: &Attempt<'_>,
        locked: Locked,
    ) -> Denied {
        self.wrong(realm, subject, attempt, locked).await
    }
}
