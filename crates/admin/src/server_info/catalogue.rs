//! Keycloak's words for what a realm's document may name.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

static ALL: OnceLock<Value> = OnceLock::new();

/// The catalogue: `componentTypes`, `passwordPolicies`, `enums`, `identityProviders`, `socialProviders`.
pub(super) fn all() -> &'static Value {
    ALL.get_or_init(|| serde_json::from_str(include_str!("catalogue.json")).unwrap_or_default())
}

fn providers(kind: &str) -> impl Iterator<Item = &'static str> {
    let list = all().get("componentTypes").and_then(|types| types.get(kind)).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}

/// Whether a component may be of this type and provider.
pub(crate) fn knows_component(kind: &str, provider: &str) -> bool {
    providers(kind).any(|known| known == provider)
}

/// The providers of a component type.
pub(crate) fn component_types(kind: &str) -> Vec<Value> {
    providers(kind).map(|id| json!({ "id": id, "helpText": "", "properties": [], "metadata": {} })).collect()
}

/// A kind of identity provider by its id.
pub(crate) fn identity_provider(id: &str) -> Option<&'static Value> {
    let list = all().get("identityProviders").and_then(Value::as_array);
    list.into_iter().flatten().find(|known| known.get("id").and_then(Value::as_str) == Some(id))
}

/// All component types.
pub(super) fn all_component_types() -> Value {
    let kinds = all().get("componentTypes").and_then(Value::as_object);
    Value::Object(
        kinds
            .into_iter()
            .flatten()
            .map(|(kind, _)| (kind.clone(), component_types(kind).into()))
            .collect::<Map<_, _>>(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_make_first_is_known() {
        assert!(knows_component("org.keycloak.keys.KeyProvider", "rsa-generated"));
        assert!(knows_component("org.keycloak.storage.UserStorageProvider", "ldap"));
        assert!(!knows_component("org.keycloak.keys.KeyProvider", "nonsense") && !knows_component("nonsense", "rsa"));
        assert!(identity_provider("oidc").is_some() && identity_provider("nonsense").is_none());
    }
}
