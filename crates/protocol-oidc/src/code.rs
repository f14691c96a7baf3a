//! Authorization codes: what stands behind one, and how one is written.
//!
//! A code is a ticket of `identity`, consumed once, and names the session and the client it belongs to, so that a code that
//! comes a second time still says whose tokens are to die (RFC 6749 §4.1.2).

use crypto::secret::Secret;
use identity::{ClientId, SessionId};
use serde::{Deserialize, Serialize};

/// Kind of the tickets.
pub(crate) const KIND: &str = "oidc.code";
/// Prefix of their secrets.
pub(crate) const PREFIX: &str = "code";

/// What was asked for when the code was given, for whoever redeems it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct CodePayload {
    /// The session.
    pub session: String,
    /// As the request gave it; absent, the exchange need not give it either (RFC 6749 §4.1.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// As the request gave it.
    pub scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// `plain` or `S256`; present whenever the challenge is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_challenge_method: Option<String>,
    /// RFC 9449 §10: thumbprint of the key that must prove itself with the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    /// The `claims` parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
    /// How strongly the log-in was proven, as tokens tell it.
    pub acr: String,
    /// RFC 8707.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource: Vec<String>,
}

/// A code that was taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    /// Of the ticket.
    pub secret: Secret,
    /// The session it says it belongs to.
    pub session: SessionId,
    /// The client it says it belongs to.
    pub client: ClientId,
}

/// A longer text is no code of ours.
const MAX_BYTES: usize = 256;

impl Code {
    /// Takes a code apart; `None` for a text that is none of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let mut parts = text.split('.');
        let (secret, session, client) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || client.is_empty() {
            return None;
        }
        Some(Self { secret: Secret::from(secret), session: session.parse().ok()?, client: client.into() })
    }

    /// Writes a code.
    pub(crate) fn compose(secret: &Secret, session: &SessionId, client: &ClientId) -> String {
        format!("{}.{session}.{client}", secret.expose())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_taken_apart_as_it_was_written() {
        let session: SessionId = "a".repeat(24).parse().unwrap();
        let text = Code::compose(&Secret::from("code_x-Y_z"), &session, &"6f1c".into());
        let code = Code::parse(&text).unwrap();
        assert_eq!((code.secret.expose(), code.session, code.client.as_str()), ("code_x-Y_z", session, "6f1c"));
    }

    #[test]
    fn a52_other_texts_are_no_codes() {
        let sid = "a".repeat(24);
        for text in ["", "x", &format!("s.{sid}"), &format!("s.{sid}."), "s.short.c", &format!("s.{sid}.c.d"), &"x".repeat(300)] {
            assert!(Code::parse(text).is_none(), "{text}");
        }
    }
}
