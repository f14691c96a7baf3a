//! Keycloak's allow-all mapper: whoever is logged in gets what they ask for.

use std::collections::BTreeMap;

use identity::{FieldFault, MapperSeed};
use protocol::{FormField, MapperKind};

/// Keycloak's id, also the name of the mapper that new clients are born with.
pub(crate) const ID: &str = "docker-v2-allow-all-mapper";

/// The kind.
pub(crate) struct AllowAll;

impl MapperKind for AllowAll {
    fn id(&self) -> &'static str {
        ID
    }

    fn label(&self) -> &'static str {
        "Allow All"
    }

    fn help(&self) -> &'static str {
        "Grants everybody who is logged in whatever they ask for: pull, push and delete on every repository, and the catalogue."
    }

    fn category(&self) -> &'static str {
        super::CATEGORY
    }

    fn form(&self) -> &'static [FormField] {
        &[]
    }

    /// Keycloak's kind has no settings and takes any; they mean nothing.
    fn check(&self, _config: &BTreeMap<String, String>) -> Vec<FieldFault> {
        Vec::new()
    }
}

/// The mapper that Keycloak gives a new client.
pub(crate) fn seed() -> MapperSeed {
    MapperSeed { name: ID.into(), mapper: ID.into(), protocol: crate::PROTOCOL.into(), config: BTreeMap::new() }
}
