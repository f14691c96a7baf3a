//! The answer to who gets tokens.

use serde::Serialize;

/// RFC 6749 §5.1 and Keycloak's own members, in Keycloak's order.
#[derive(Debug, Serialize)]
pub(crate) struct TokenResponse<'a> {
    pub access_token: &'a str,
    /// Whole seconds.
    pub expires_in: i64,
    /// Whole seconds; 0 for one that does not expire, and where there is none.
    pub refresh_expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<&'a str>,
    pub token_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<&'a str>,
    /// Tokens from before this unix second are not taken any more.
    #[serde(rename = "not-before-policy")]
    pub not_before_policy: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_state: Option<&'a str>,
    pub scope: &'a str,
    /// RFC 8693 §2.2.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_keycloaks_order() {
        let answer = TokenResponse {
            access_token: "a",
            expires_in: 300,
            refresh_expires_in: 1800,
            refresh_token: Some("r"),
            token_type: "Bearer",
            id_token: Some("i"),
            not_before_policy: 0,
            session_state: Some("s"),
            scope: "openid",
            issued_token_type: None,
        };
        assert_eq!(
            serde_json::to_string(&answer).unwrap(),
            r#"{"access_token":"a","expires_in":300,"refresh_expires_in":1800,"refresh_token":"r","token_type":"Bearer","id_token":"i","not-before-policy":0,"session_state":"s","scope":"openid"}"#
        );
    }
}
