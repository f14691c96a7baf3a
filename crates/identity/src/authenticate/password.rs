//! A password.
//!
//! The order of the steps is what keeps secrets: nothing about the user is told before the password has proved right, and
//! what a wrong attempt costs (statements, one hash, one commit) does not depend on whether the name is somebody's.

use std::sync::Arc;

use crypto::password::{MAX_PASSWORD_BYTES, PasswordHash};
use crypto::secret::Secret;

use super::factor::Typed;
use super::lock::{Attempt, Locked, Subject};
use super::stored::{Stored, has_second_factor};
use super::{Denied, Method, Peer, Proven, SecondFactor};
use crate::{BoxFuture, Identity, Realm, Timestamp, User};

/// No user name or e-mail address is longer; whoever types more is refused before anything is looked up.
const MAX_LOGIN_BYTES: usize = 1024;
const DAY: i64 = 24 * 60 * 60;
/// Keycloak's action for a password that has to be changed.
const UPDATE_PASSWORD: &str = "UPDATE_PASSWORD";

impl Identity {
    /// Proves a user by user name (or e-mail address, as the realm allows) and password.
    ///
    /// # Errors
    /// [`Denied`]; see [`Denied::looks_wrong`] for what a door may tell.
    pub async fn prove_password(
        &self,
        realm: &Arc<Realm>,
        login: &str,
        password: &Secret,
        factor: SecondFactor,
        peer: &Peer,
    ) -> Result<Proven, Denied> {
        self.prove(realm, login, password, Some(factor), peer).await
    }

    /// The one way of checking a password. Without `factor` it is one page of a flow that asks for everything else itself.
    pub(super) fn prove<'a>(
        &'a self,
        realm: &'a Arc<Realm>,
        login: &'a str,
        password: &'a Secret,
        factor: Option<SecondFactor>,
        peer: &'a Peer,
    ) -> BoxFuture<'a, Result<Proven, Denied>> {
        Box::pin(async move {
            // Before any hash: whoever sends megabytes must not buy our time with them. It says nothing about the user.
            if login.is_empty() || login.len() > MAX_LOGIN_BYTES {
                return Err(Denied::Invalid { user: None, why: "user_not_found" });
            }
            if password.is_empty() || password.expose().len() > MAX_PASSWORD_BYTES {
                return Err(Denied::Invalid { user: None, why: "invalid_user_credentials" });
            }
            let now = self.clock().now();
            let name = canonical(login);
            let user = self.find_user_by_login(realm, login).await?;
            let subject = user.as_deref().map_or_else(|| self.decoy(realm, &name), Subject::known);
            let attempt = Attempt { name: &name, password: password.expose(), peer, now };

            let (locked, _) = self.lock_of(realm, &subject, now).await?;
            let stored = Stored::load(self, &subject, factor == Some(SecondFactor::Append)).await?;
            let typed = match factor {
                Some(SecondFactor::Append) => Typed::with_code(password, &stored.otps, &realm.settings.otp, now),
                Some(SecondFactor::Refuse | SecondFactor::Ignore) | None => Typed::whole(password),
            };
            let right = self.is_right(realm, &subject, &name, &stored, &typed.password).await?;

            let Some(user) = user.as_ref().filter(|_| right) else {
                return Err(self.wrong(realm, &subject, &attempt, locked).await);
            };
            // A right password without its code must look like a wrong one, or the password could be guessed alone.
            if factor == Some(SecondFactor::Append) && !stored.otps.is_empty() && typed.code.is_none() {
                return Err(self.wrong(realm, &subject, &attempt, locked).await);
            }
            // Asked once more: while this hash waited, others may have guessed until the lock came down, and a guess that
            // was let in before must not slip past it.
            let (locked_by_now, has_failures) = self.lock_of(realm, &subject, now).await?;
            if locked != Locked::No || locked_by_now != Locked::No {
                let locked = if locked == Locked::No { locked_by_now } else { locked };
                return Err(self.wrong(realm, &subject, &attempt, locked).await);
            }

            check_may_enter(realm, user, &stored, factor, now)?;
            let method = match typed.code {
                Some((credential, step)) => {
                    if !realm.settings.otp.reusable && !self.use_otp_step(&credential, step).await? {
                        return Err(self.wrong(realm, &subject, &attempt, locked).await);
                    }
                    Method::PasswordAndOtp
                }
                None => Method::Password,
            };
            // A flow forgets failures at its end: a right password must not buy new guesses at the second factor.
            if has_failures && factor.is_some() {
                self.clear_failures(realm, &user.id).await?;
            }
            self.rehash_later(realm, &stored, &typed.password);
            Ok(Proven::new(realm, Arc::clone(user), now, method))
        })
    }

    /// One hash, always: of the stored password, or of the dummy that goes with the name.
    async fn is_right(
        &self,
        realm: &Realm,
        subject: &Subject<'_>,
        name: &str,
        stored: &Stored,
        password: &Secret,
    ) -> Result<bool, Denied> {
        let (hash, is_real): (Arc<PasswordHash>, bool) = match &stored.password {
            Some(password) => (Arc::clone(&password.hash), true),
            None => (self.dummy(realm, name), false),
        };
        // Equal requests share a hash only when they are about the same user; a name that is nobody's is one too.
        let scope = if subject.user.is_some() { subject.id.as_str() } else { name };
        let scope = [realm.id.as_str(), "\0", scope].concat();
        Ok(self.hashing().verify(&hash, password, scope.as_bytes()).await? && is_real)
    }

    fn dummy(&self, realm: &Realm, name: &str) -> Arc<PasswordHash> {
        let usual = realm.settings.password_policy.hash_spec();
        self.0.door.dummies.draw(&realm.id, name, &realm.password_mix, &usual)
    }

    /// What the attempt is refused with, after it was counted. A store that cannot count refuses too.
    pub(super) async fn wrong(
        &self,
        realm: &Realm,
        subject: &Subject<'_>,
        attempt: &Attempt<'_>,
        locked: Locked,
    ) -> Denied {
        if let Err(error) = self.count_wrong(realm, subject, attempt, locked).await {
            return error.into();
        }
        let Some(user) = subject.user else {
            return Denied::Invalid { user: None, why: "user_not_found" };
        };
        let wrong = Denied::Invalid { user: Some(user.id.clone()), why: "invalid_user_credentials" };
        locked.denied(&user.id).unwrap_or(wrong)
    }
}

/// What may stand against a user whose password is right.
fn check_may_enter(
    realm: &Realm,
    user: &User,
    stored: &Stored,
    factor: Option<SecondFactor>,
    now: Timestamp,
) -> Result<(), Denied> {
    let id = || user.id.clone();
    if !user.enabled {
        return Err(Denied::Disabled { user: id() });
    }
    if now.seconds() < user.not_before {
        return Err(Denied::NotBefore { user: id() });
    }
    let Some(factor) = factor else { return Ok(()) };
    if !user.required_actions.is_empty() {
        return Err(Denied::ActionRequired { user: id(), actions: user.required_actions.clone() });
    }
    if has_expired(realm, user, stored, now) {
        return Err(Denied::ActionRequired { user: id(), actions: vec![UPDATE_PASSWORD.to_owned()] });
    }
    let is_short_of_a_factor = match factor {
        SecondFactor::Ignore => false,
        SecondFactor::Refuse => has_second_factor(user),
        // A second factor of another kind cannot be typed into the field.
        SecondFactor::Append => has_second_factor(user) && stored.otps.is_empty(),
    };
    if is_short_of_a_factor {
        return Err(Denied::SecondFactorRequired { user: id() });
    }
    Ok(())
}

/// Whether the realm's policy wants another password by now (`forceExpiredPasswordChange`). One whose age nobody knows is
/// too old, as in Keycloak.
fn has_expired(realm: &Realm, user: &User, stored: &Stored, now: Timestamp) -> bool {
    let Some(days) = realm.settings.password_policy.forced_change_days() else { return false };
    let Some(password) = &stored.password else { return false };
    let facts = user.credentials.iter().find(|facts| facts.id == password.id);
    let made = facts.and_then(|facts| facts.created_at);
    made.is_none_or(|made| made.plus_seconds(i64::from(days) * DAY) < now)
}

/// One form for all spellings of a name that mean the same user, as the look-up has it.
fn canonical(login: &str) -> String {
    login.to_lowercase()
}
