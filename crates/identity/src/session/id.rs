//! A session's id: 24 URL-safe characters, as Keycloak 26 has them (`sid`, `session_state`).

use std::{fmt, str::FromStr};

use crypto::random::Random;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Characters of an id.
const LENGTH: usize = 24;
/// Random bytes that give as many characters of base64url: 144 bits.
const BYTES: usize = 18;

/// A session's id. It says which session is meant and proves nothing: what a browser proves a session with is a cookie that
/// the realm has authenticated.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId([u8; LENGTH]);

impl SessionId {
    /// A new one.
    #[must_use]
    pub fn random(random: &dyn Random) -> Self {
        let text = crypto::random::token::<BYTES>(random);
        // Eighteen bytes are always twenty-four characters.
        text.expose().parse().unwrap_or(Self([b'A'; LENGTH]))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// A text that is no session's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSessionId;

impl fmt::Display for NoSessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is no session's id")
    }
}

impl std::error::Error for NoSessionId {}

impl FromStr for SessionId {
    type Err = NoSessionId;

    fn from_str(text: &str) -> Result<Self, NoSessionId> {
        let bytes: [u8; LENGTH] = text.as_bytes().try_into().map_err(|_| NoSessionId)?;
        let is_url_safe = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if is_url_safe { Ok(Self(bytes)) } else { Err(NoSessionId) }
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({self})")
    }
}

impl Serialize for SessionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for SessionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use crypto::random::SystemRandom;

    use super::*;

    #[test]
    fn an_id_survives_text_and_json_and_no_two_are_alike() {
        let id = SessionId::random(&SystemRandom);
        assert_eq!(id.as_str().len(), 24);
        assert_eq!(id.as_str().parse(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(serde_json::from_str::<SessionId>(&json).unwrap(), id);
        assert_ne!(id, SessionId::random(&SystemRandom));
    }

    #[test]
    fn a52_other_texts_are_no_ids() {
        for text in [
            "",
            "short",
            &"a".repeat(25),
            &"ä".repeat(12),
            &format!("{}+", "a".repeat(23)),
            &format!("{}\0", "a".repeat(23)),
        ] {
            assert_eq!(text.parse::<SessionId>(), Err(NoSessionId), "{text}");
        }
    }
}
