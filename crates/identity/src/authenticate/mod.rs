//! The one door for proving a password or a token.
//!
//! Every protocol, page and endpoint that takes a password or a stored token takes it here, so that what protects an
//! account cannot be forgotten on a side path: the length cap before the hash, the lock and its counters, the equal cost
//! and answer for unknown and wrong, disabled users, pending actions, second factors. What comes out is a [`Proven`],
//! and nothing else makes one.
//!
//! | file | what |
//! |---|---|
//! | `password.rs` | a password, in the order that keeps its secrets |
//! | `ticket.rs` | a stored, revocable token |
//! | `lock.rs` | the lock and the counting of wrong attempts |
//! | `repeat.rs` | the repeat of a wrong attempt, which is not counted again |
//! | `unknown.rs` | the dummy that an unknown name costs |
//! | `factor.rs` | a one-time code typed after the password |
//! | `rehash.rs` | the newer hash that a right password gets |
//! | `change.rs` | a new password against the realm's policy |
//! | `method.rs` | the ways of proving |
//! | `service_account.rs` | a client that acts for itself |
//! | `impersonated.rs` | an administrator who takes a user's place |
//! | `step.rs`, `recovery_code.rs` | one thing at a time, for flows of several pages |
//! | `evidence.rs` | what such a flow has gathered, and what it proves in the end |

mod change;
mod evidence;
mod factor;
mod impersonated;
mod lock;
mod method;
mod new_otp;
mod password;
mod proven;
mod recovery_code;
mod rehash;
mod repeat;
mod service_account;
mod step;
mod stored;
mod ticket;
mod unknown;

#[cfg(test)]
mod tests;

use crypto::random::Random;
use crypto::seal::MasterKey;

pub use change::PasswordRefused;
pub use evidence::Evidence;
pub use method::{Method, Methods};
pub use new_otp::NewOtp;
pub use proven::{Denied, Peer, Proven, SecondFactor};
pub use recovery_code::{RECOVERY_CODES, RecoveryCodes};
pub use ticket::LOCK_TOKENS;

/// What the door keeps in memory between requests. None of it can prove anything.
pub(crate) struct Door {
    repeats: repeat::Repeats,
    dummies: unknown::Dummies,
    rehash: rehash::Rehash,
    accounts: service_account::Accounts,
}

impl Door {
    pub(crate) fn new(master: &MasterKey, random: &dyn Random) -> Self {
        Self {
            repeats: repeat::Repeats::new(random),
            dummies: unknown::Dummies::new(master),
            rehash: rehash::Rehash::default(),
            accounts: service_account::Accounts::default(),
        }
    }
}
