//! The declarative user profile: which attributes a realm's users have, who may see and write them, and what they must be
//! like. Keycloak's configuration, kept in the realm's document as it is.

mod configuration;
mod pattern;
mod read;
mod validate;

pub use configuration::{Attribute, Group, Profile, UnmanagedPolicy};
pub use pattern::Pattern;
pub use read::{ProfileFault, ReadProfile};

/// Who looks or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The person whose profile it is.
    Person,
    /// An administrator.
    Admin,
}

impl Role {
    fn word(self) -> &'static str {
        match self {
            Self::Person => "user",
            Self::Admin => "admin",
        }
    }
}
