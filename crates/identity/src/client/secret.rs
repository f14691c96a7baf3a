//! What a confidential client proves itself with.

use std::fmt;

use crypto::secret::Secret;

/// A client's secret, open in memory. It is compared in constant time and never printed.
#[derive(Clone)]
pub struct ClientSecret(Secret);

impl ClientSecret {
    pub(crate) fn new(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(Secret::from(text)))
    }

    /// Whether this is the secret, told in time that depends on lengths only.
    #[must_use]
    pub fn matches(&self, given: &str) -> bool {
        // Hashing both first hides the length too.
        let digest = |text: &str| crypto::digest::sha256(text.as_bytes());
        crypto::digest::equal(&digest(self.0.expose()), &digest(given))
    }

    /// The text itself, for a proof that is computed with it (`client_secret_jwt`). Every call is a place to look at.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_text_matches_and_nothing_shows_it() {
        let secret = ClientSecret::new("hunter2").unwrap();
        assert!(secret.matches("hunter2"));
        for wrong in ["", "hunter", "hunter22", "Hunter2"] {
            assert!(!secret.matches(wrong), "{wrong}");
        }
        assert_eq!(format!("{secret:?}"), "ClientSecret(…)");
    }

    #[test]
    fn an_empty_secret_is_none() {
        assert!(ClientSecret::new("").is_none());
    }
}
