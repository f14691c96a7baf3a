//! What may stand in a flow: Keycloak's authenticators with their names, choices and settings.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::document::set;
use crate::{Permit, Refusal, Right};

static ALL: OnceLock<Vec<Value>> = OnceLock::new();

fn all() -> &'static [Value] {
    ALL.get_or_init(|| serde_json::from_str(include_str!("providers.json")).unwrap_or_default())
}

/// A provider by its id.
pub(super) fn find(id: &str) -> Option<&'static Value> {
    all().iter().find(|provider| provider.get("id").and_then(Value::as_str) == Some(id))
}

fn of(kind: &str) -> impl Iterator<Item = &'static Value> {
    all().iter().filter(move |provider| provider.get("kind").and_then(Value::as_str) == Some(kind))
}

pub(crate) fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// Providers of a kind (`authenticator`, `client`, `form`, `form-action`).
#[must_use]
pub fn of_kind<R: Right>(_: &Permit<R>, kind: &str) -> Vec<Value> {
    of(kind)
        .map(|provider| {
            let mut told = json!({
                "id": text(provider, "id"), "displayName": text(provider, "name"), "description": text(provider, "name"),
            });
            if kind == "client" {
                set(&mut told, "supportsSecret", json!(matches!(text(provider, "id"), "client-secret" | "client-secret-jwt")));
            }
            told
        })
        .collect()
}

/// The settings of a provider.
///
/// # Errors
/// 404 for one that is not known.
pub fn describe<R: Right>(_: &Permit<R>, id: &str) -> Result<Value, Refusal> {
    let provider = find(id).ok_or_else(|| Refusal::not_found("Could not find authenticator provider"))?;
    Ok(json!({
        "name": text(provider, "name"), "providerId": id, "helpText": text(provider, "name"),
        "properties": provider.get("properties").cloned().unwrap_or_else(|| json!([])),
    }))
}

/// The settings that clients have for each way to prove themselves.
#[must_use]
pub fn per_client<R: Right>(_: &Permit<R>) -> Value {
    let described = of("client").map(|provider| {
        (text(provider, "id").to_owned(), provider.get("perClient").cloned().unwrap_or_else(|| json!([])))
    });
    Value::Object(described.collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_whole() {
        assert!(all().len() > 50);
        for provider in all() {
            for member in ["id", "kind", "name"] {
                assert!(!text(provider, member).is_empty(), "{provider}");
            }
            assert!(provider["choices"].as_array().is_some_and(|choices| !choices.is_empty()), "{provider}");
        }
    }
}
