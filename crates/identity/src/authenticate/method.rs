//! How somebody proved who they are.

use std::fmt;

/// One way of proving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// A password.
    Password,
    /// A password with a one-time code typed behind it.
    PasswordAndOtp,
    /// A stored, revocable token.
    Ticket,
    /// A client that acts for itself.
    Client,
    /// A one-time code.
    Otp,
    /// A recovery code.
    RecoveryCode,
    /// A link that was sent to the user's address.
    EmailLink,
    /// A session that was there already.
    Session,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Password,
        Self::PasswordAndOtp,
        Self::Ticket,
        Self::Client,
        Self::Otp,
        Self::RecoveryCode,
        Self::EmailLink,
        Self::Session,
    ];

    /// Its word in a row.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::PasswordAndOtp => "password-and-otp",
            Self::Ticket => "ticket",
            Self::Client => "client",
            Self::Otp => "otp",
            Self::RecoveryCode => "recovery-code",
            Self::EmailLink => "email-link",
            Self::Session => "session",
        }
    }

    fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of ways of proving.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Methods(u16);

impl Methods {
    /// Whether this way is among them.
    #[must_use]
    pub fn contains(self, method: Method) -> bool {
        self.0 & method.bit() != 0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// These and those.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Method> {
        Method::ALL.into_iter().filter(move |method| self.contains(*method))
    }

    /// As a row has it: their words, with spaces between.
    pub(crate) fn to_words(self) -> String {
        let words: Vec<&str> = self.iter().map(Method::as_str).collect();
        words.join(" ")
    }

    /// Reads what a row has; words that are not known any more are left out.
    pub(crate) fn from_words(words: &str) -> Self {
        words.split(' ').filter_map(|word| Method::ALL.into_iter().find(|method| method.as_str() == word)).collect()
    }
}

impl From<Method> for Methods {
    fn from(method: Method) -> Self {
        Self(method.bit())
    }
}

impl FromIterator<Method> for Methods {
    fn from_iter<T: IntoIterator<Item = Method>>(methods: T) -> Self {
        methods.into_iter().fold(Self::default(), |all, method| all.and(method.into()))
    }
}

impl fmt::Debug for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_survives_its_row_and_unknown_words_say_nothing() {
        let set: Methods = [Method::Otp, Method::Password].into_iter().collect();
        assert_eq!(set.to_words(), "password otp");
        assert_eq!(Methods::from_words("password otp"), set);
        assert_eq!(Methods::from_words("telepathy otp"), Method::Otp.into());
        assert!(Methods::from_words("").is_empty());
        assert!(!set.contains(Method::Session));
        let all: Methods = Method::ALL.into_iter().collect();
        assert_eq!(all.iter().count(), Method::ALL.len());
    }
}
