//! Roles that a client or client scope lets through.

mod list;
mod map;

pub use list::{Which, all, list};
pub use map::{map, unmap};

use identity::{MappedTo, Realm, RoleId};

use crate::{Refusal, Resource, client};

/// Whose roles a path is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder<'p> {
    /// A client, by its row.
    Client(&'p str),
    /// A client scope, by its row.
    Scope(&'p str),
}

/// Of which container the roles are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of<'p> {
    /// The realm.
    Realm,
    /// A client, by its row.
    Client(&'p str),
}

/// A holder that is there.
struct Found {
    name: String,
    is_client: bool,
    roles: Vec<RoleId>,
}

impl Found {
    fn mapped_to(&self) -> MappedTo<'_> {
        if self.is_client { MappedTo::Client(&self.name) } else { MappedTo::Scope(&self.name) }
    }
}

impl Holder<'_> {
    fn find(self, realm: &Realm) -> Result<Found, Refusal> {
        match self {
            Self::Client(id) => {
                let client = client::of_realm(realm, id)?;
                Ok(Found { name: client.client_id.to_string(), is_client: true, roles: client.scope_roles.clone() })
            }
            Self::Scope(id) => {
                let scope = realm.scopes().find(|scope| scope.id.as_str() == id);
                let scope = scope.ok_or_else(|| Refusal::not_found("Could not find client scope"))?;
                Ok(Found { name: scope.name.to_string(), is_client: false, roles: scope.roles.clone() })
            }
        }
    }

    fn path(self, of: Of<'_>) -> String {
        let holder = match self {
            Self::Client(id) => format!("clients/{id}"),
            Self::Scope(id) => format!("client-scopes/{id}"),
        };
        match of {
            Of::Realm => format!("{holder}/scope-mappings/realm"),
            Of::Client(client) => format!("{holder}/scope-mappings/clients/{client}"),
        }
    }
}

impl Of<'_> {
    fn resource(self) -> Resource {
        match self {
            Self::Realm => Resource::RealmScopeMapping,
            Self::Client(_) => Resource::ClientScopeMapping,
        }
    }
}
