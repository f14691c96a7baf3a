//! Keycloak's rule for failed log-ins: how long a user is locked after one more of them. Pure.

use crate::{BruteForceStrategy, RealmSettings, Timestamp};

/// A realm's brute-force settings (Keycloak's fields of the same names).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BruteForcePolicy {
    /// Failures that lock (`failureFactor`).
    pub(super) failure_factor: u32,
    /// How the waiting time grows (`bruteForceStrategy`).
    pub(super) strategy: BruteForceStrategy,
    /// Seconds by which it grows (`waitIncrementSeconds`).
    pub(super) wait_increment_seconds: u32,
    /// Longest wait in seconds (`maxFailureWaitSeconds`).
    pub(super) max_failure_wait_seconds: u32,
    /// Seconds without a failure after which counting begins anew (`maxDeltaTimeSeconds`).
    pub(super) max_delta_time_seconds: u32,
    /// Two failures closer than this, in milliseconds, are no human's (`quickLoginCheckMilliSeconds`).
    pub(super) quick_login_check_millis: u64,
    /// Seconds that such a pair costs (`minimumQuickLoginWaitSeconds`).
    pub(super) minimum_quick_login_wait_seconds: u32,
    /// Whether the end of it is that the user is disabled (`permanentLockout`).
    pub(super) permanent_lockout: bool,
    /// Temporary locks before that (`maxTemporaryLockouts`).
    pub(super) max_temporary_lockouts: u32,
}

/// A lock that a failure has caused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// Until [`FailureState::locked_until`].
    Temporary,
    /// Until somebody enables the user again.
    Permanent,
}

/// A user's failed log-ins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FailureState {
    /// Failures since the last success, or since counting began anew.
    pub failures: u32,
    /// Temporary locks so far.
    pub lockouts: u32,
    /// When the last failure was.
    pub last_failure: Option<Timestamp>,
    /// Where it came from.
    pub last_address: Option<String>,
    /// Until when no password is looked at.
    pub locked_until: Option<Timestamp>,
    /// Whether the user was disabled for it.
    pub permanent: bool,
    /// The lock that this very failure has caused; nothing in a state that was only read.
    pub lock: Option<Lock>,
}

impl FailureState {
    /// Whether a password must not be looked at now.
    #[must_use]
    pub fn is_locked(&self, now: Timestamp) -> bool {
        self.permanent || self.locked_until.is_some_and(|until| now < until)
    }

    /// Whether there is nothing to forget.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.failures == 0 && self.lockouts == 0 && self.locked_until.is_none() && !self.permanent
    }

    /// The state after one more failure.
    pub(super) fn after_failure(&self, policy: &BruteForcePolicy, now: Timestamp, address: Option<String>) -> Self {
        let only_permanent = policy.permanent_lockout && policy.max_temporary_lockouts == 0;
        let since = self.last_failure.map(|last| now.0.saturating_sub(last.0).max(0));
        let stale = since.is_some_and(|since| since > i64::from(policy.max_delta_time_seconds) * 1000);
        let mut next = if stale && !only_permanent { Self::default() } else { Self { lock: None, ..self.clone() } };
        next.last_failure = Some(now);
        next.last_address = address;
        next.failures = next.failures.saturating_add(1);

        let mut wait = if only_permanent { 0 } else { policy.wait_seconds(next.failures) };
        let is_quick = since.is_some_and(|since| (since as u64) < policy.quick_login_check_millis);
        let mut locks = true;
        if wait > 0 {
            next.lockouts = next.lockouts.saturating_add(1);
            locks = !policy.permanent_lockout || next.lockouts <= policy.max_temporary_lockouts;
        } else if is_quick {
            wait = i64::from(policy.minimum_quick_login_wait_seconds);
        }
        if wait > 0 && locks {
            let wait = wait.min(i64::from(policy.max_failure_wait_seconds));
            // A shorter wait never cuts a longer one short.
            next.locked_until = next.locked_until.max(Some(now.plus_seconds(wait)));
            next.lock = Some(Lock::Temporary);
        }
        let is_final = next.lockouts > policy.max_temporary_lockouts
            || (policy.max_temporary_lockouts == 0 && next.failures >= policy.failure_factor.max(1));
        if policy.permanent_lockout && is_final {
            next.permanent = true;
            next.lock = Some(Lock::Permanent);
        }
        next
    }
}

impl From<&RealmSettings> for BruteForcePolicy {
    /// What is negative in a document counts as 0.
    fn from(settings: &RealmSettings) -> Self {
        let count = |value: i64| u32::try_from(value.max(0)).unwrap_or(u32::MAX);
        Self {
            failure_factor: count(settings.failure_factor),
            strategy: settings.brute_force_strategy,
            wait_increment_seconds: count(settings.wait_increment_seconds),
            max_failure_wait_seconds: count(settings.max_failure_wait_seconds),
            max_delta_time_seconds: count(settings.max_delta_time_seconds),
            quick_login_check_millis: count(settings.quick_login_check_milli_seconds).into(),
            minimum_quick_login_wait_seconds: count(settings.minimum_quick_login_wait_seconds),
            permanent_lockout: settings.permanent_lockout,
            max_temporary_lockouts: count(settings.max_temporary_lockouts),
        }
    }
}

impl BruteForcePolicy {
    /// The wait that so many failures cost, without the cap; 0: none.
    fn wait_seconds(&self, failures: u32) -> i64 {
        let (failures, factor) = (i64::from(failures), i64::from(self.failure_factor.max(1)));
        let steps = match self.strategy {
            BruteForceStrategy::Multiple => failures / factor,
            BruteForceStrategy::Linear => (1 + failures - factor).max(0),
        };
        steps * i64::from(self.wait_increment_seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_000_000);

    fn policy() -> BruteForcePolicy {
        BruteForcePolicy {
            failure_factor: 5,
            strategy: BruteForceStrategy::Multiple,
            wait_increment_seconds: 30,
            max_failure_wait_seconds: 70,
            max_delta_time_seconds: 3600,
            quick_login_check_millis: 1000,
            minimum_quick_login_wait_seconds: 60,
            permanent_lockout: false,
            max_temporary_lockouts: 0,
        }
    }

    /// Seconds of lock after each of `count` failures that are `apart` seconds from each other.
    fn waits(policy: &BruteForcePolicy, count: usize, apart: i64) -> Vec<Option<i64>> {
        let mut state = FailureState::default();
        let mut now = START;
        (0..count)
            .map(|_| {
                state = state.after_failure(policy, now, None);
                let wait = state.lock.and(state.locked_until).map(|until| (until.0 - now.0) / 1000);
                now = now.plus_seconds(apart);
                wait
            })
            .collect()
    }

    #[test]
    fn multiple_grows_with_each_multiple_of_the_limit_up_to_the_cap() {
        let (none, first, second) = (None, Some(30), Some(60));
        assert_eq!(
            waits(&policy(), 15, 100),
            [
                none,
                none,
                none,
                none,
                first,
                first,
                first,
                first,
                first,
                second,
                second,
                second,
                second,
                second,
                Some(70)
            ]
        );
    }

    #[test]
    fn linear_grows_with_each_failure_from_the_limit_on() {
        let policy = BruteForcePolicy { strategy: BruteForceStrategy::Linear, ..policy() };
        assert_eq!(waits(&policy, 7, 100), [None, None, None, None, Some(30), Some(60), Some(70)]);
    }

    #[test]
    fn two_quick_failures_lock_and_count_no_lockout() {
        let first = FailureState::default().after_failure(&policy(), START, None);
        assert!(!first.is_locked(START));
        let quick = first.after_failure(&policy(), START.plus_millis(999), Some("192.0.2.1".to_owned()));
        assert_eq!(quick.lock, Some(Lock::Temporary));
        assert_eq!(quick.lockouts, 0);
        assert_eq!(quick.last_address.as_deref(), Some("192.0.2.1"));
        assert!(quick.is_locked(START.plus_millis(999).plus_seconds(59)));
        assert!(!quick.is_locked(START.plus_millis(999).plus_seconds(60)));
        assert_eq!(first.after_failure(&policy(), START.plus_millis(1000), None).lock, None);
    }

    #[test]
    fn counting_begins_anew_after_the_reset_time() {
        let mut state = FailureState::default();
        for step in 0..4 {
            state = state.after_failure(&policy(), START.plus_seconds(step * 2), None);
        }
        let last = START.plus_seconds(6);
        assert_eq!(state.after_failure(&policy(), last.plus_seconds(3600), None).failures, 5);
        let anew = state.after_failure(&policy(), last.plus_millis(3_600_001), None);
        assert_eq!((anew.failures, anew.lock), (1, None));
    }

    #[test]
    fn permanent_lockout_disables_at_the_limit_and_never_waits() {
        let policy = BruteForcePolicy { permanent_lockout: true, max_delta_time_seconds: 1, ..policy() };
        let mut state = FailureState::default();
        for step in 0..4 {
            // Far apart: under permanent lock-out alone, counting never begins anew.
            state = state.after_failure(&policy, START.plus_seconds(step * 100), None);
            assert_eq!(state.lock, None);
        }
        state = state.after_failure(&policy, START.plus_seconds(400), None);
        assert_eq!((state.lock, state.permanent, state.locked_until), (Some(Lock::Permanent), true, None));
        assert!(state.is_locked(Timestamp(i64::MAX)));
    }

    #[test]
    fn permanent_lockout_comes_after_the_temporary_ones() {
        let policy = BruteForcePolicy { permanent_lockout: true, max_temporary_lockouts: 2, ..policy() };
        let mut state = FailureState::default();
        let mut locks = Vec::new();
        for step in 0..7 {
            state = state.after_failure(&policy, START.plus_seconds(step * 100), None);
            locks.push(state.lock);
        }
        let (temporary, permanent) = (Some(Lock::Temporary), Some(Lock::Permanent));
        assert_eq!(locks, [None, None, None, None, temporary, temporary, permanent]);
    }

    #[test]
    fn a_limit_of_zero_counts_as_one() {
        let policy = BruteForcePolicy { failure_factor: 0, ..policy() };
        assert_eq!(waits(&policy, 2, 100), [Some(30), Some(60)]);
    }

    #[test]
    fn a_clock_set_back_counts_on() {
        let first = FailureState::default().after_failure(&policy(), START, None);
        let back = first.after_failure(&policy(), START.plus_seconds(-100), None);
        assert_eq!(back.failures, 2);
        assert_eq!(back.last_failure, Some(START.plus_seconds(-100)));
    }
}
