//! Protocol mappers of clients and client scopes.

mod add;
mod change;
mod check;
mod list;
mod remove;

use identity::{MapperOwner, Realm, ScopeId};

pub use add::{add, add_all};
pub use change::change;
pub(crate) use check::settle_all;
pub use list::{get, list};
pub use remove::remove;

use crate::{Refusal, client};

/// Whose mappers a path is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner<'p> {
    /// A client, by its row.
    Client(&'p str),
    /// A client scope, by its row.
    Scope(&'p str),
}

impl Owner<'_> {
    fn of(self, realm: &Realm) -> Result<MapperOwner, Refusal> {
        match self {
            Self::Client(id) => client::owner(realm, id),
            Self::Scope(id) => {
                let scope = realm.scopes().find(|scope| scope.id.as_str() == id);
                let scope: ScopeId = scope
                    .map(|scope| scope.id.clone())
                    .ok_or_else(|| Refusal::not_found("Could not find client scope"))?;
                Ok(MapperOwner::Scope(scope))
            }
        }
    }

    /// The client, where it is one's.
    fn client(self, realm: &Realm) -> Option<&identity::Client> {
        match self {
            Self::Client(id) => realm.client_by_id(&id.into()).map(|client| &**client),
            Self::Scope(_) => None,
        }
    }

    fn protocol(self, realm: &Realm) -> String {
        match self {
            Self::Client(id) => realm.client_by_id(&id.into()).map(|client| client.protocol.to_string()),
            Self::Scope(id) => {
                realm.scopes().find(|scope| scope.id.as_str() == id).map(|scope| scope.protocol.to_string())
            }
        }
        .unwrap_or_default()
    }

    fn path(self, mapper: &str) -> String {
        match self {
            Self::Client(id) => format!("clients/{id}/protocol-mappers/models/{mapper}"),
            Self::Scope(id) => format!("client-scopes/{id}/protocol-mappers/models/{mapper}"),
        }
    }
}
