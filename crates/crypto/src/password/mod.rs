//! Password hashes: what is stored, how dear it is to compute, and the pool that computes it.

use std::fmt;
use std::num::NonZeroU32;

mod argon2;
mod keycloak;
mod pbkdf2;
pub mod pool;
mod queue;

pub use argon2::{Argon2Variant, Argon2Version};
pub use pool::{Busy, DoneTotal, Gate, HashingPool, PoolSettings, PoolStats};

use argon2::Arena;

/// Longest password in UTF-8 bytes; a longer one is refused before any hashing.
pub const MAX_PASSWORD_BYTES: usize = 4096;

/// Most memory a stored Argon2 hash may ask for: 1 GiB.
const MAX_MEMORY_KIB: u32 = 1 << 20;
/// Most iterations a stored hash may ask for.
const MAX_ITERATIONS: u32 = 10_000_000;
/// Most memory times passes, in KiB: both bounds at once would keep a thread for hours. 16 GiB take about six seconds.
const MAX_MEMORY_PASSES_KIB: u64 = 16 << 20;
/// Most lanes. They run one after another, so more of them gain nothing.
const MAX_PARALLELISM: u32 = 64;
/// Length of a stored hash in bytes, least and most.
const HASH_BYTES: std::ops::RangeInclusive<usize> = 4..=128;
/// Most bytes of salt.
const MAX_SALT_BYTES: usize = 1024;

/// The pseudo-random function of PBKDF2: HMAC with this hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prf {
    /// HMAC-SHA-1 (Keycloak's `pbkdf2`).
    Sha1,
    /// HMAC-SHA-256 (`pbkdf2-sha256`).
    Sha256,
    /// HMAC-SHA-512 (`pbkdf2-sha512`).
    Sha512,
}

/// A stored password hash with all that is needed to check a password against it.
#[derive(Clone, PartialEq, Eq)]
pub enum PasswordHash {
    /// RFC 9106.
    Argon2 {
        /// Which of the three.
        variant: Argon2Variant,
        /// Version of the algorithm.
        version: Argon2Version,
        /// Memory in KiB.
        memory_kib: u32,
        /// Passes over the memory.
        iterations: u32,
        /// Lanes.
        parallelism: u32,
        /// Salt.
        salt: Vec<u8>,
        /// Hash.
        hash: Vec<u8>,
    },
    /// RFC 8018 §5.2.
    Pbkdf2 {
        /// Pseudo-random function.
        prf: Prf,
        /// Iterations.
        iterations: u32,
        /// Salt; may be empty in very old rows.
        salt: Vec<u8>,
        /// Hash.
        hash: Vec<u8>,
    },
}

/// How a new password is to be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashSpec {
    /// RFC 9106.
    Argon2 {
        /// Which of the three.
        variant: Argon2Variant,
        /// Version of the algorithm.
        version: Argon2Version,
        /// Memory in KiB.
        memory_kib: u32,
        /// Passes over the memory.
        iterations: u32,
        /// Lanes.
        parallelism: u32,
        /// Length of the hash in bytes.
        hash_length: usize,
    },
    /// RFC 8018 §5.2; the length of the hash follows from `prf`.
    Pbkdf2 {
        /// Pseudo-random function.
        prf: Prf,
        /// Iterations.
        iterations: u32,
    },
}

/// A stored hash or a hashing policy that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HashFormatError {
    /// Not the JSON or base64 that it should be, or a member is missing.
    Malformed,
    /// An algorithm, variant or version that is not known here.
    UnknownAlgorithm,
    /// Memory, iterations, lanes, salt or hash are out of bounds.
    OutOfBounds,
}

impl fmt::Display for HashFormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the password hash is malformed",
            Self::UnknownAlgorithm => "the password hash algorithm is not known",
            Self::OutOfBounds => "a parameter of the password hash is out of bounds",
        })
    }
}

impl std::error::Error for HashFormatError {}

/// A computation that could not be done: no memory, or parameters that the engine refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HashFault;

/// Which engine a hash keeps busy, for the counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HashKind {
    Argon2,
    Pbkdf2(Prf),
}

impl HashSpec {
    /// Argon2id with 19 MiB, two passes and one lane, the first choice of OWASP's password storage advice.
    pub const DEFAULT: Self = Self::Argon2 {
        variant: Argon2Variant::Id,
        version: Argon2Version::V13,
        memory_kib: 19_456,
        iterations: 2,
        parallelism: 1,
        hash_length: 32,
    };

    /// What a realm's password policy asks for: `algorithm` is a Keycloak id (`argon2`, `pbkdf2-sha512`,
    /// `pbkdf2-sha256`, `pbkdf2`) or absent, `iterations` overrides that algorithm's own number.
    ///
    /// With neither it is [`Self::DEFAULT`]; with an algorithm, Keycloak's cost for it.
    ///
    /// # Errors
    /// [`HashFormatError`] if the algorithm is unknown or the number out of bounds.
    pub fn from_policy(algorithm: Option<&str>, iterations: Option<u32>) -> Result<Self, HashFormatError> {
        let spec = match algorithm {
            None => Self::DEFAULT.with_iterations(iterations),
            Some("argon2") => Self::Argon2 {
                variant: Argon2Variant::Id,
                version: Argon2Version::V13,
                memory_kib: 7168,
                iterations: 5,
                parallelism: 1,
                hash_length: 32,
            }
            .with_iterations(iterations),
            Some(id) => {
                let prf = Prf::from_keycloak_id(id).ok_or(HashFormatError::UnknownAlgorithm)?;
                Self::Pbkdf2 { prf, iterations: prf.default_iterations() }.with_iterations(iterations)
            }
        };
        spec.check()?;
        Ok(spec)
    }

    fn with_iterations(mut self, wanted: Option<u32>) -> Self {
        let (Self::Argon2 { iterations, .. } | Self::Pbkdf2 { iterations, .. }) = &mut self;
        if let Some(wanted) = wanted {
            *iterations = wanted;
        }
        self
    }

    /// Refuses what would keep a thread or the memory for too long, whoever asked for it.
    fn check(&self) -> Result<(), HashFormatError> {
        let sane = match *self {
            Self::Argon2 { memory_kib, iterations, parallelism, hash_length, .. } => {
                (1..=MAX_PARALLELISM).contains(&parallelism)
                    // RFC 9106 §3.1: at least eight blocks of 1 KiB a lane.
                    && (8 * parallelism..=MAX_MEMORY_KIB).contains(&memory_kib)
                    && (1..=MAX_ITERATIONS).contains(&iterations)
                    && u64::from(memory_kib) * u64::from(iterations) <= MAX_MEMORY_PASSES_KIB
                    && HASH_BYTES.contains(&hash_length)
            }
            Self::Pbkdf2 { iterations, .. } => (1..=MAX_ITERATIONS).contains(&iterations),
        };
        if sane { Ok(()) } else { Err(HashFormatError::OutOfBounds) }
    }

    /// Bytes of hash that it makes.
    pub fn hash_length(&self) -> usize {
        match self {
            Self::Argon2 { hash_length, .. } => *hash_length,
            Self::Pbkdf2 { prf, .. } => prf.default_hash_length(),
        }
    }

    pub(crate) fn kind(&self) -> HashKind {
        match self {
            Self::Argon2 { .. } => HashKind::Argon2,
            Self::Pbkdf2 { prf, .. } => HashKind::Pbkdf2(*prf),
        }
    }

    /// Roughly how long it takes on one core, in microseconds, for telling people when to come back.
    pub(crate) fn cost_micros(&self) -> u64 {
        match *self {
            Self::Argon2 { memory_kib, iterations, .. } => u64::from(memory_kib) * u64::from(iterations) * 3 / 8,
            Self::Pbkdf2 { iterations, .. } => u64::from(iterations) * 3 / 8,
        }
        .max(1)
    }

    /// Hashes `password`. Slow: only the pool's threads call it.
    pub(crate) fn hash(&self, password: &[u8], salt: &[u8], arena: &mut Arena) -> Result<PasswordHash, HashFault> {
        self.check().map_err(|_| HashFault)?;
        let mut hash = vec![0; self.hash_length()];
        match *self {
            Self::Argon2 { variant, version, memory_kib, iterations, parallelism, .. } => {
                let cost = argon2::Cost { variant, version, memory_kib, iterations, parallelism };
                cost.derive(password, salt, &mut hash, arena)?;
                let salt = salt.to_vec();
                Ok(PasswordHash::Argon2 { variant, version, memory_kib, iterations, parallelism, salt, hash })
            }
            Self::Pbkdf2 { prf, iterations } => {
                pbkdf2::derive(prf, nonzero(iterations)?, salt, password, &mut hash);
                Ok(PasswordHash::Pbkdf2 { prf, iterations, salt: salt.to_vec(), hash })
            }
        }
    }
}

impl PasswordHash {
    /// A hash that no password matches and that costs as much to check as one made with `spec`: checked for an unknown
    /// user, so that the time taken does not tell whether a user exists.
    pub fn dummy(spec: &HashSpec, salt: [u8; 16]) -> Self {
        let (salt, hash) = (salt.to_vec(), vec![0; spec.hash_length()]);
        match *spec {
            HashSpec::Argon2 { variant, version, memory_kib, iterations, parallelism, .. } => {
                Self::Argon2 { variant, version, memory_kib, iterations, parallelism, salt, hash }
            }
            HashSpec::Pbkdf2 { prf, iterations } => Self::Pbkdf2 { prf, iterations, salt, hash },
        }
    }

    /// The spec that this hash was made with. For PBKDF2 the length of the hash is not part of it: old rows are longer.
    pub fn spec(&self) -> HashSpec {
        match self {
            Self::Argon2 { variant, version, memory_kib, iterations, parallelism, hash, .. } => HashSpec::Argon2 {
                variant: *variant,
                version: *version,
                memory_kib: *memory_kib,
                iterations: *iterations,
                parallelism: *parallelism,
                hash_length: hash.len(),
            },
            Self::Pbkdf2 { prf, iterations, .. } => HashSpec::Pbkdf2 { prf: *prf, iterations: *iterations },
        }
    }

    /// Whether it was made as `spec` says. If not, the password is hashed anew at the next log-in that proves it.
    pub fn matches_cost(&self, spec: &HashSpec) -> bool {
        self.spec() == *spec
    }

    /// Whether `password` is the one. Slow: only the pool's threads call it.
    pub(crate) fn verify(&self, password: &[u8], arena: &mut Arena) -> Result<bool, HashFault> {
        self.check().map_err(|_| HashFault)?;
        let stored = self.hash();
        let mut computed = zeroize::Zeroizing::new(vec![0; stored.len()]);
        match self {
            Self::Argon2 { variant, version, memory_kib, iterations, parallelism, salt, .. } => {
                let cost = argon2::Cost {
                    variant: *variant,
                    version: *version,
                    memory_kib: *memory_kib,
                    iterations: *iterations,
                    parallelism: *parallelism,
                };
                cost.derive(password, salt, &mut computed, arena)?;
            }
            Self::Pbkdf2 { prf, iterations, salt, .. } => {
                pbkdf2::derive(*prf, nonzero(*iterations)?, salt, password, &mut computed);
            }
        }
        // All zeros is what a dummy holds: it must never match, not even by chance.
        let matchable = stored.iter().any(|byte| *byte != 0);
        Ok(crate::digest::equal(stored, &computed) && matchable)
    }

    /// Refuses parameters out of bounds, also for a value that was built by hand.
    fn check(&self) -> Result<(), HashFormatError> {
        self.spec().check()?;
        let (salt, least) = match self {
            // RFC 9106 §3.1 allows shorter salts; the engine wants eight bytes, and so did every Keycloak.
            Self::Argon2 { salt, .. } => (salt, 8),
            Self::Pbkdf2 { salt, .. } => (salt, 0),
        };
        let sane = (least..=MAX_SALT_BYTES).contains(&salt.len()) && HASH_BYTES.contains(&self.hash().len());
        if sane { Ok(()) } else { Err(HashFormatError::OutOfBounds) }
    }

    fn hash(&self) -> &[u8] {
        match self {
            Self::Argon2 { hash, .. } | Self::Pbkdf2 { hash, .. } => hash,
        }
    }

    fn salt(&self) -> &[u8] {
        match self {
            Self::Argon2 { salt, .. } | Self::Pbkdf2 { salt, .. } => salt,
        }
    }
}

impl fmt::Debug for PasswordHash {
    /// The parameters only: with salt and hash a password can be guessed at leisure.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PasswordHash").field(&self.spec()).finish()
    }
}

fn nonzero(iterations: u32) -> Result<NonZeroU32, HashFault> {
    NonZeroU32::new(iterations).ok_or(HashFault)
}

#[cfg(test)]
mod tests;
