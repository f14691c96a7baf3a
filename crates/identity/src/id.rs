//! Identifiers, one type per noun, so that a user's can never stand where a client's is meant.

use std::{borrow::Borrow, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identifier as text: a UUID for everything made here, any text for what a realm file brought.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// A new random identifier.
            #[must_use]
            pub fn random(random: &dyn crypto::random::Random) -> Self {
                Self(crypto::random::uuid(random).to_string().into())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), &self.0)
            }
        }
    };
}

id!(
    /// A realm's row.
    RealmId
);
id!(
    /// A client's row (Keycloak's `id`, not its `clientId`).
    ClientId
);
id!(
    /// A client scope's row.
    ScopeId
);
id!(
    /// A protocol mapper's row.
    MapperId
);
id!(
    /// A role's row.
    RoleId
);
id!(
    /// A group's row.
    GroupId
);
id!(
    /// A user's row; the `sub` of tokens.
    UserId
);
id!(
    /// A credential's row.
    CredentialId
);
id!(
    /// A key's row.
    KeyId
);
