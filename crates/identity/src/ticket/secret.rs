//! A ticket's secret: `<prefix>_<43 characters>`, 32 random bytes in base64url. Only its SHA-256 is ever kept; a slow hash of
//! that much chance would buy nothing.

use crypto::{digest::sha256, random::Random, secret::Secret};

use crate::Error;

/// Characters of 32 bytes in base64url without padding.
const BODY: usize = 43;
/// Longest prefix.
const PREFIX: usize = 32;

/// SHA-256 of a secret: the key of its row and of its place in memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TicketHash([u8; 32]);

impl TicketHash {
    /// The hash of a secret that has a ticket's shape. Anything else is no ticket, and needs no look-up.
    pub(crate) fn of(secret: &Secret) -> Option<Self> {
        let text = secret.expose();
        let (head, body) = text.split_at_checked(text.len().checked_sub(BODY)?)?;
        let prefix = head.strip_suffix('_')?;
        (is_prefix(prefix) && body.bytes().all(is_base64url)).then(|| Self(sha256(text.as_bytes())))
    }

    /// The hash of a mark.
    pub(super) fn of_mark(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// The hash that a row holds; `None` when it is no SHA-256.
    pub(crate) fn stored(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn to_vec(self) -> Vec<u8> {
        self.0.to_vec()
    }
}

/// A new secret.
pub(super) fn make(prefix: &str, random: &dyn Random) -> Result<Secret, Error> {
    if !is_prefix(prefix) {
        return Err(Error::invalid("prefix", "1 to 32 letters, digits, '-' or '.'"));
    }
    let body = crypto::random::token::<32>(random);
    Ok(Secret::from(format!("{prefix}_{}", body.expose())))
}

fn is_prefix(text: &str) -> bool {
    (1..=PREFIX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use crypto::random::SystemRandom;

    use super::*;

    #[test]
    fn a_made_secret_has_the_shape_and_no_two_are_alike() {
        let first = make("ptr", &SystemRandom).unwrap();
        let second = make("ptr", &SystemRandom).unwrap();
        assert_eq!(first.expose().len(), 3 + 1 + BODY);
        assert!(first.expose().starts_with("ptr_"));
        assert_ne!(first.expose(), second.expose());
        assert!(TicketHash::of(&first).is_some());
        assert!(TicketHash::of(&first) != TicketHash::of(&second));
    }

    #[test]
    fn what_has_not_the_shape_is_no_ticket() {
        let body = "A".repeat(BODY);
        for text in [
            String::new(),
            body.clone(),
            format!("_{body}"),
            format!("p{body}"),
            format!("p_{}", &body[1..]),
            format!("p_{}+", &body[1..]),
            format!("p q_{body}"),
            format!("{}_{body}", "p".repeat(PREFIX + 1)),
            format!("p_ä{}", &body[2..]),
            format!("ä{}", &body[1..]),
        ] {
            assert!(TicketHash::of(&Secret::from(text.clone())).is_none(), "{text}");
        }
        assert!(TicketHash::of(&Secret::from(format!("p_{body}"))).is_some());
    }

    #[test]
    fn a_prefix_that_forms_would_escape_is_refused() {
        for prefix in ["", "a b", "a_b", "a%", "ä", &"a".repeat(PREFIX + 1)] {
            assert!(matches!(make(prefix, &SystemRandom), Err(Error::Invalid(_))), "{prefix}");
        }
    }
}
