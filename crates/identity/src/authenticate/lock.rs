//! The lock against guessing, and what counts towards it.

use std::borrow::Cow;

use crate::login_failure::Lock;
use crate::{Error, Event, Identity, Realm, Timestamp, User, UserId};

use super::Denied;
use super::proven::Peer;

/// Rows that stand in for users whom nothing is counted for. Several, so that they do not all wait for one row.
const DECOYS: u64 = 64;

/// Who an attempt is about, whether or not they exist.
pub(super) struct Subject<'a> {
    /// The user, if the name is somebody's.
    pub(super) user: Option<&'a User>,
    /// The user's row or a decoy's, so that the store has the same to do for both.
    pub(super) id: UserId,
}

impl<'a> Subject<'a> {
    pub(super) fn known(user: &'a User) -> Self {
        Self { id: user.id.clone(), user: Some(user) }
    }
}

/// What the counters say about a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Locked {
    No,
    Temporarily,
    Permanently,
}

impl Locked {
    /// The refusal that goes with it.
    pub(super) fn denied(self, user: &UserId) -> Option<Denied> {
        match self {
            Self::No => None,
            Self::Temporarily => Some(Denied::Locked { user: user.clone(), permanent: false }),
            Self::Permanently => Some(Denied::Locked { user: user.clone(), permanent: true }),
        }
    }
}

impl Identity {
    /// The subject of an attempt under a name that is nobody's.
    pub(super) fn decoy(&self, realm: &Realm, name: &str) -> Subject<'static> {
        let slot = self.0.door.dummies.slot(&realm.id, name, DECOYS);
        // No user can have it: rows of users are UUIDs, and an imported one is not taken with a space in it.
        Subject { user: None, id: UserId::from(format!("nobody {slot}")) }
    }

    /// Whether the user is locked now, and whether there is anything to forget after a success.
    pub(super) async fn lock_of(
        &self,
        realm: &Realm,
        subject: &Subject<'_>,
        now: Timestamp,
    ) -> Result<(Locked, bool), Error> {
        if !realm.settings.brute_force_protected {
            return Ok((Locked::No, false));
        }
        let state = self.failure_state(realm, &subject.id).await?;
        let Some(user) = subject.user else { return Ok((Locked::No, false)) };
        // Whom an administrator has enabled again is no longer locked out, whatever the counters still say.
        let locked = if state.permanent && !user.enabled || user.is_locked_out() {
            Locked::Permanently
        } else if state.locked_until.is_some_and(|until| now < until) {
            Locked::Temporarily
        } else {
            Locked::No
        };
        Ok((locked, !state.is_clean()))
    }

    /// Counts a wrong attempt, unless it repeats one that was counted a moment ago. An attempt that has nobody to count
    /// for (an unknown name, a user who is locked already) is written to a decoy's row: otherwise the time of one
    /// commit would tell.
    pub(super) async fn count_wrong(
        &self,
        realm: &Realm,
        subject: &Subject<'_>,
        attempt: &Attempt<'_>,
        locked: Locked,
    ) -> Result<(), Error> {
        if !realm.settings.brute_force_protected {
            return Ok(());
        }
        let address = attempt.peer.address.to_string();
        let parts = [realm.id.as_str(), attempt.name, attempt.password, &address].map(str::as_bytes);
        if !self.0.door.repeats.counts(&parts, attempt.now) {
            return Ok(());
        }
        let Some(user) = subject.user.filter(|_| locked == Locked::No) else {
            let decoy = self.decoy(realm, attempt.name);
            return self.record_decoy_failure(realm, &decoy.id, attempt.peer.address).await;
        };
        let state = self.record_failure(realm, &user.id, Some(attempt.peer.address)).await?;
        if let Some(lock) = state.lock {
            self.record(realm, lock_event(lock, user, state.failures, attempt));
        }
        Ok(())
    }
}

/// One attempt with a password, as it came in.
pub(super) struct Attempt<'a> {
    /// The name as typed, in its canonical form.
    pub(super) name: &'a str,
    /// The whole text as typed, a code at its end included.
    pub(super) password: &'a str,
    pub(super) peer: &'a Peer,
    pub(super) now: Timestamp,
}

fn lock_event(lock: Lock, user: &User, failures: u32, attempt: &Attempt<'_>) -> Event {
    let kind = match lock {
        Lock::Temporary => "USER_DISABLED_BY_TEMPORARY_LOCKOUT",
        Lock::Permanent => "USER_DISABLED_BY_PERMANENT_LOCKOUT",
    };
    Event {
        time: attempt.now,
        kind: Cow::Borrowed(kind),
        client: None,
        user: Some(user.id.clone()),
        session: None,
        address: Some(attempt.peer.address),
        error: None,
        details: vec![(Cow::Borrowed("num_failures"), failures.to_string())],
    }
}
