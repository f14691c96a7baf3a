//! A text that must not leak: passwords, tokens, client secrets.

use std::fmt;

use zeroize::Zeroizing;

/// A secret text. It is wiped when dropped, never printed, and compared in constant time.
///
/// There is no `PartialEq`, so that a comparison that leaks timing does not compile.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The text itself. Every call is a place to look at in review.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether both texts are equal, in time that depends on their lengths only.
    pub fn ct_eq(&self, other: &Self) -> bool {
        crate::digest::equal(self.0.as_bytes(), other.0.as_bytes())
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_text() {
        let shown = format!("{:?}", Secret::from("hunter2"));
        assert_eq!(shown, "Secret(…)");
    }

    #[test]
    fn equality_needs_the_same_text() {
        let secret = Secret::from("hunter2");
        assert!(secret.ct_eq(&Secret::from("hunter2".to_owned())));
        assert!(!secret.ct_eq(&Secret::from("hunter3")));
        assert!(!secret.ct_eq(&Secret::from("hunter")));
        assert!(!secret.ct_eq(&Secret::from("")));
    }
}
