//! Client scopes, and which client has which.

mod add;
pub(crate) mod binding;
mod change;
pub(crate) mod entity;
mod map_role;
pub(crate) mod mapping;

use std::{collections::BTreeMap, sync::Arc};

pub use map_role::MappedTo;
use serde_json::Value;

use crate::{Mapper, RoleId, ScopeId};

/// A client scope in its realm's snapshot.
#[derive(Debug)]
pub struct ClientScope {
    /// Its row.
    pub id: ScopeId,
    /// Its name, as in a `scope` parameter.
    pub name: Arc<str>,
    /// Id of the protocol plugin it belongs to.
    pub protocol: Arc<str>,
    /// Its attributes.
    pub attributes: BTreeMap<String, String>,
    /// Its mappers.
    pub mappers: Vec<Arc<Mapper>>,
    /// Roles it is mapped to, directly: who has none of them does not get the scope, and it lets them through.
    pub roles: Vec<RoleId>,
    /// The Keycloak ClientScopeRepresentation, less what has rows of its own.
    pub document: Arc<Value>,
}

impl ClientScope {
    /// An attribute that is set and not empty.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}
