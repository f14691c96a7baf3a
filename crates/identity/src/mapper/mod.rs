//! Protocol mappers: a kind that some plugin knows, and its configuration.

mod add;
mod change;
pub(crate) mod entity;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{ClientId, Error, MapperId, ScopeId, realm::texts};

/// A protocol mapper of a client or client scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapper {
    /// Its row.
    pub id: MapperId,
    /// Its name, unique with its owner.
    pub name: String,
    /// Id of the protocol plugin it belongs to.
    pub protocol: String,
    /// Its kind (Keycloak's `protocolMapper`).
    pub mapper: String,
    /// Its configuration.
    pub config: BTreeMap<String, String>,
}

/// Whose mapper it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MapperOwner {
    /// A client's.
    Client(ClientId),
    /// A client scope's.
    Scope(ScopeId),
}

/// A mapper that is still to be made, as a plugin gives for a new client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapperSeed {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub mapper: String,
    /// Id of its protocol plugin.
    pub protocol: String,
    /// Its configuration.
    pub config: BTreeMap<String, String>,
}

impl Mapper {
    pub(crate) fn from_row(row: entity::Model) -> Result<Self, Error> {
        let mut document: Value = serde_json::from_str(&row.document)
            .map_err(|error| Error::fault(format!("mapper {}: document: {error}", row.id)))?;
        let config = match document.get_mut("config").map(Value::take) {
            Some(Value::Object(config)) => texts(config),
            _ => BTreeMap::new(),
        };
        Ok(Self { id: row.id.into(), name: row.name, protocol: row.protocol, mapper: row.mapper, config })
    }
}
