//! How often one address may ask.
//!
//! A table of fixed size, so that no flood of addresses makes it grow: an address has the slot that a keyed hash gives it,
//! and nobody outside can aim at another's.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::listener::group_of;

/// Slots, 8 bytes each. Two addresses in one slot share its pace, which only matters when both are near the limit.
const SLOTS: usize = 16 * 1024;
/// Seconds' worth of requests that may come at once.
const BURST_SECONDS: u64 = 2;
const MICROS: u64 = 1_000_000;

/// The generic cell rate algorithm (ITU-T I.371 annex A): each slot holds when its next request would be due if all so far
/// had kept the pace; a request that is early by more than the burst is refused, and then leaves no trace.
pub(crate) struct Pace {
    interval: u64,
    hasher: RandomState,
    due: Box<[AtomicU64]>,
}

impl Pace {
    /// So many requests a second and address; none: no limit.
    pub(crate) fn new(per_second: u32) -> Option<Self> {
        let interval = MICROS.checked_div(u64::from(per_second))?;
        let due = (0..SLOTS).map(|_| AtomicU64::new(0)).collect();
        Some(Self { interval: interval.max(1), hasher: RandomState::new(), due })
    }

    /// Takes one request at this moment (monotonic microseconds), or says after how many seconds to come again. Loopback is
    /// this machine itself and has no pace.
    pub(crate) fn take(&self, address: IpAddr, now: u64) -> Result<(), u32> {
        let address = address.to_canonical();
        if address.is_loopback() {
            return Ok(());
        }
        let slot = self.hasher.hash_one(group_of(address)) as usize % SLOTS;
        let Some(due) = self.due.get(slot) else { return Ok(()) };
        let mut refused = 0;
        let taken = due.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |due| {
            let early = due.saturating_sub(now);
            refused = early.saturating_sub(BURST_SECONDS * MICROS);
            (refused == 0).then(|| due.max(now).saturating_add(self.interval))
        });
        match taken {
            Ok(_) => Ok(()),
            Err(_) => Err(u32::try_from(refused.div_ceil(MICROS)).unwrap_or(u32::MAX).max(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_burst_passes_and_then_the_pace_holds() {
        let pace = Pace::new(10).expect("limited");
        let passed = (0..100).filter(|_| pace.take(ip("192.0.2.1"), MICROS).is_ok()).count();
        assert_eq!(passed, 21, "two seconds' worth and the one that is due");
        assert_eq!(pace.take(ip("192.0.2.1"), MICROS), Err(1));
        assert_eq!(pace.take(ip("192.0.2.1"), MICROS + 100_000), Ok(()), "one more after a tenth of a second");
        assert_eq!(pace.take(ip("192.0.2.1"), MICROS + 100_000), Err(1));
        assert_eq!(pace.take(ip("192.0.2.1"), 60 * MICROS), Ok(()), "forgotten after a while");
    }

    #[test]
    fn one_address_does_not_slow_another_and_a_network_is_one() {
        let pace = Pace::new(1).expect("limited");
        while pace.take(ip("2001:db8::1"), MICROS).is_ok() {}
        assert!(pace.take(ip("2001:db8::2"), MICROS).is_err());
        let others = (1..=8).filter(|last| pace.take(ip(&format!("198.51.100.{last}")), MICROS).is_ok()).count();
        assert!(others >= 7, "{others}");
        assert!((0..1000).all(|_| pace.take(ip("127.0.0.1"), MICROS).is_ok()), "this machine has no pace");
    }

    #[test]
    fn no_number_is_no_limit() {
        assert!(Pace::new(0).is_none());
        assert!(Pace::new(u32::MAX).is_some());
    }
}
