//! The authorization code: a ticket that is used once, with what the authorization request said.
//!
//! On the wire it is `<secret>.<session id>.<client's row>`, three parts as in Keycloak; only the secret proves anything.

use crypto::secret::Secret;
use identity::{Realm, Timestamp};
use serde::{Deserialize, Serialize};

use crate::claims_request::ClaimsRequest;
use crate::pkce::Challenge;

/// Kind of the ticket.
pub(crate) const KIND: &str = "oidc.code";
/// Prefix of its secret.
pub(crate) const PREFIX: &str = "c";

/// What the authorization request said that the token request must fit, and what tokens hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct CodePayload {
    /// The session that the code is of.
    pub session: String,
    /// Where the code was sent, as the request had it; none where it had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// The scope, as it was asked for.
    #[serde(default)]
    pub scope: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<Challenge>,
    /// Thumbprint of the key that the code is bound to (RFC 9449 §10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    /// The `claims` parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<ClaimsRequest>,
    /// How strongly the log-in was proven, as tokens tell it.
    pub acr: String,
    /// Resources that were asked for (RFC 8707).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resource: Vec<String>,
}

/// The secret of a code; the rest of it is for tools that cut it apart.
pub(crate) fn secret_of(code: &str) -> Option<Secret> {
    let mut parts = code.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(secret), Some(_), Some(_), None) => Some(Secret::from(secret)),
        _ => None,
    }
}

/// A code as it is sent.
pub(crate) fn write(secret: &Secret, session: &str, client_row: &str) -> String {
    format!("{}.{session}.{client_row}", secret.expose())
}

/// When a code of now is too old.
// RFC 6749 §4.1.2: at most ten minutes, whatever a realm says.
pub(crate) fn expiry(realm: &Realm, now: Timestamp) -> Timestamp {
    now.plus_seconds(realm.settings.access_code_lifespan.clamp(1, 600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_three_parts_and_its_secret_is_the_first() {
        let code = write(&Secret::from("c_secret"), "session", "0b9d");
        assert_eq!(code, "c_secret.session.0b9d");
        assert_eq!(secret_of(&code).unwrap().expose(), "c_secret");
        for bad in ["abc", "a.b", "a.b.c.d", ""] {
            assert!(secret_of(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_payload_survives_its_ticket() {
        let payload = CodePayload {
            session: "s".into(),
            redirect_uri: Some("https://app.example/cb".into()),
            scope: "openid".into(),
            nonce: None,
            challenge: None,
            dpop_jkt: None,
            claims: ClaimsRequest::parse(r#"{"userinfo":{"email":null}}"#),
            acr: "1".into(),
            resource: vec![],
        };
        let value = serde_json::to_value(&payload).unwrap();
        assert_eq!(serde_json::from_value::<CodePayload>(value).unwrap(), payload);
    }
}
