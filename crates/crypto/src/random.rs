//! Chance, injected so that tests can fix it.

use std::cell::RefCell;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::{Zeroize as _, Zeroizing};

use crate::secret::Secret;

/// A source of unpredictable bytes.
///
/// It never fails towards callers: a source that cannot deliver must not return.
pub trait Random: Send + Sync + 'static {
    /// Overwrites all of `out`.
    fn fill(&self, out: &mut [u8]);
}

/// The operating system's source, through aws-lc.
///
/// Ids are drawn several times for each request, and a draw costs about the same for 8 bytes as for 512: each thread keeps a few for
/// its short draws. What was given out is erased here; keys and other secrets are longer and always drawn by themselves.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

/// The longest draw that is served from a thread's store: a UUID.
const SHORT: usize = 16;

/// Bytes that a thread has drawn and not yet given out.
struct Drawn {
    bytes: Zeroizing<[u8; 512]>,
    /// So many of them, from the end, are still unused.
    left: usize,
}

thread_local! {
    static DRAWN: RefCell<Drawn> = RefCell::new(Drawn { bytes: Zeroizing::new([0; 512]), left: 0 });
}

impl Random for SystemRandom {
    fn fill(&self, out: &mut [u8]) {
        let served = out.len() <= SHORT
            && DRAWN.try_with(|drawn| drawn.try_borrow_mut().is_ok_and(|mut drawn| drawn.serve(out))).unwrap_or(false);
        if !served {
            draw(out);
        }
    }
}

impl Drawn {
    fn serve(&mut self, out: &mut [u8]) -> bool {
        if self.left < out.len() {
            draw(self.bytes.as_mut_slice());
            self.left = self.bytes.len();
        }
        let start = self.bytes.len() - self.left;
        let Some(some) = self.bytes.get_mut(start..start + out.len()) else { return false };
        out.copy_from_slice(some);
        some.zeroize();
        self.left -= out.len();
        true
    }
}

fn draw(out: &mut [u8]) {
    if aws_lc_rs::rand::fill(out).is_err() {
        crate::fatal();
    }
}

/// A new high-entropy secret: `N` random bytes as base64url without padding.
///
/// Use at least 16 bytes for anything that a stranger may guess at.
pub fn token<const N: usize>(random: &dyn Random) -> Secret {
    let mut bytes = Zeroizing::new([0u8; N]);
    random.fill(bytes.as_mut_slice());
    Secret::from(URL_SAFE_NO_PAD.encode(bytes.as_slice()))
}

/// A random (version 4) UUID.
pub fn uuid(random: &dyn Random) -> uuid::Uuid {
    let mut bytes = [0u8; 16];
    random.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// A UUID of version 7: milliseconds since 1970, then chance. What is made later sorts later, so that an index over many
/// grows at its end.
pub fn uuid_at(random: &dyn Random, millis: i64) -> uuid::Uuid {
    let mut bytes = [0u8; 10];
    random.fill(&mut bytes);
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(millis).unwrap_or(0), &bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fills with one byte value.
    struct Fixed(u8);
    impl Random for Fixed {
        fn fill(&self, out: &mut [u8]) {
            out.fill(self.0);
        }
    }

    #[test]
    fn a_token_is_base64url_of_its_bytes() {
        assert_eq!(token::<3>(&Fixed(0xff)).expose(), "____");
        assert_eq!(token::<16>(&Fixed(0)).expose().len(), 22);
    }

    #[test]
    fn a_uuid_carries_version_and_variant() {
        let id = uuid(&Fixed(0xff));
        assert_eq!(id.to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    #[test]
    fn the_system_source_does_not_repeat() {
        let (first, second) = (token::<32>(&SystemRandom), token::<32>(&SystemRandom));
        assert!(!first.ct_eq(&second));
        let mut bytes = [0u8; 64];
        SystemRandom.fill(&mut bytes);
        assert_ne!(bytes, [0u8; 64]);
    }

    #[test]
    fn short_draws_never_repeat_and_leave_nothing_behind() {
        let mut seen = std::collections::HashSet::new();
        for length in (8..=SHORT).cycle().take(2000) {
            let mut bytes = vec![0; length];
            SystemRandom.fill(&mut bytes);
            assert!(seen.insert(bytes[..8].to_vec()));
        }
        DRAWN.with_borrow(|drawn| {
            let given = &drawn.bytes[..drawn.bytes.len() - drawn.left];
            assert!(given.iter().all(|byte| *byte == 0));
        });
    }

    #[test]
    fn a_uuid_of_a_later_moment_sorts_later() {
        let (early, late) = (uuid_at(&Fixed(0xff), 1_700_000_000_000), uuid_at(&Fixed(0), 1_700_000_000_001));
        assert!(early < late);
        assert_eq!(early.get_version_num(), 7);
        assert_eq!(uuid_at(&Fixed(0), -1).to_string(), "00000000-0000-7000-8000-000000000000");
    }
}
