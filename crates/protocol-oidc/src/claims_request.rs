//! The `claims` parameter of an authorization request (OpenID Connect Core §5.5).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Longer parameters are not read.
const MAX_BYTES: usize = 8 * 1024;

/// What it asks for: by place, by claim.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ClaimsRequest {
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    id_token: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    userinfo: Map<String, Value>,
}

impl ClaimsRequest {
    /// Reads the parameter. What is no JSON object of this shape asks for nothing, as in Keycloak.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_BYTES {
            return None;
        }
        // serde_json stops at a depth of 128 by itself. A list would be read as members without names.
        let members: Map<String, Value> = serde_json::from_str(text).ok()?;
        serde_json::from_value(Value::Object(members)).ok()
    }

    /// Whether an id token shall have this claim.
    pub(crate) fn in_id_token(&self, name: &str) -> bool {
        self.id_token.contains_key(name)
    }

    /// Whether userinfo shall tell this claim.
    pub(crate) fn in_user_info(&self, name: &str) -> bool {
        self.userinfo.contains_key(name)
    }

    /// The value that was asked for.
    pub(crate) fn value_in_id_token(&self, name: &str) -> Option<&Value> {
        self.id_token.get(name)?.get("value")
    }

    /// Whether it wants the log-in's strength to be one of these, and says that it must be.
    #[allow(dead_code, reason = "the authorization endpoint goes by it")]
    pub(crate) fn acr(&self) -> Option<(Vec<&str>, bool)> {
        let acr = self.id_token.get("acr")?.as_object()?;
        let essential = acr.get("essential").and_then(Value::as_bool).unwrap_or(false);
        let one = acr.get("value").and_then(Value::as_str);
        let several = acr.get("values").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        Some((one.into_iter().chain(several).collect(), essential))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_asked_for_by_place() {
        let text = r#"{"id_token":{"email":null,"acr":{"essential":true,"values":["gold","silver"]}},"userinfo":{"name":{"essential":true}}}"#;
        let request = ClaimsRequest::parse(text).unwrap();
        assert!(request.in_id_token("email") && !request.in_user_info("email"));
        assert!(request.in_user_info("name") && !request.in_id_token("name"));
        assert_eq!(request.acr(), Some((vec!["gold", "silver"], true)));
    }

    #[test]
    fn a48_what_is_no_such_object_or_huge_or_deep_asks_for_nothing() {
        for text in ["", "nonsense", "[]", "{\"id_token\":7}"] {
            assert_eq!(ClaimsRequest::parse(text), None, "{text}");
        }
        let deep = format!("{{\"id_token\":{}1{}}}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
        assert_eq!(ClaimsRequest::parse(&deep), None);
        let wide = format!("{{\"id_token\":{{\"a\":\"{}\"}}}}", "x".repeat(MAX_BYTES));
        assert_eq!(ClaimsRequest::parse(&wide), None);
    }
}
