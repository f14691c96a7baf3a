//! Where a mapper writes.

/// A claim's name: dots nest, `\.` is a dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClaimPath {
    segments: Vec<String>,
    place: Place,
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// `sub`.
    Sub,
    /// `azp`.
    Azp,
    /// `sid`.
    Sid,
    /// `acr`.
    Acr,
    /// `auth_time`.
    AuthTime,
    /// `aud`.
    Audience,
    /// `realm_access.roles`.
    RealmAccess,
    /// `resource_access.CLIENT.roles`.
    ResourceAccess,
    /// What the server alone writes.
    Forbidden,
    /// Anything else.
    Other,
}

/// What the server vouches for, and so no mapper writes.
const FORBIDDEN: [&str; 14] = [
    "exp",
    "iat",
    "nbf",
    "iss",
    "jti",
    "typ",
    "nonce",
    "scope",
    "cnf",
    "at_hash",
    "c_hash",
    "s_hash",
    "act",
    "authorization",
];

impl ClaimPath {
    /// Reads a claim's name.
    pub(crate) fn parse(name: &str) -> Self {
        let mut segments = vec![String::new()];
        let mut letters = name.chars().peekable();
        while let Some(letter) = letters.next() {
            match (letter, segments.last_mut()) {
                ('\\', Some(last)) if letters.peek() == Some(&'.') => {
                    letters.next();
                    last.push('.');
                }
                ('.', _) => segments.push(String::new()),
                (letter, Some(last)) => last.push(letter),
                (_, None) => {}
            }
        }
        let place = place(&segments);
        Self { segments, place }
    }

    /// The names from outside to inside.
    pub(crate) fn segments(&self) -> &[String] {
        &self.segments
    }

    /// What stands there.
    pub(crate) fn place(&self) -> Place {
        self.place
    }
}

fn place(segments: &[String]) -> Place {
    let names: Vec<&str> = segments.iter().map(String::as_str).collect();
    match names.as_slice() {
        ["sub"] => Place::Sub,
        ["azp"] => Place::Azp,
        ["sid"] => Place::Sid,
        ["acr"] => Place::Acr,
        ["auth_time"] => Place::AuthTime,
        ["aud"] => Place::Audience,
        ["realm_access", "roles"] => Place::RealmAccess,
        ["resource_access", _, "roles"] => Place::ResourceAccess,
        // The rest of what these hold is written as a whole or not at all.
        [
            "sub" | "azp" | "sid" | "acr" | "auth_time" | "aud" | "realm_access" | "resource_access"
            | "allowed-origins",
            ..,
        ] => Place::Forbidden,
        [first, ..] if FORBIDDEN.contains(first) => Place::Forbidden,
        names if names.iter().any(|name| name.is_empty()) => Place::Forbidden,
        _ => Place::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_nest_unless_they_are_escaped() {
        let segments = |name: &str| ClaimPath::parse(name).segments().join("|");
        assert_eq!(segments("a.b.c"), "a|b|c");
        assert_eq!(segments("a\\.b.c"), "a.b|c");
        assert_eq!(segments("https://example\\.org/claim"), "https://example.org/claim");
        assert_eq!(segments("a\\b"), "a\\b");
    }

    #[test]
    fn places_are_known_by_their_names() {
        for (name, place) in [
            ("sub", Place::Sub),
            ("aud", Place::Audience),
            ("realm_access.roles", Place::RealmAccess),
            ("resource_access.app.roles", Place::ResourceAccess),
            ("realm_access", Place::Forbidden),
            ("resource_access.app", Place::Forbidden),
            ("sub.x", Place::Forbidden),
            ("exp", Place::Forbidden),
            ("cnf.jkt", Place::Forbidden),
            ("", Place::Forbidden),
            ("a..b", Place::Forbidden),
            ("email", Place::Other),
            ("subject", Place::Other),
        ] {
            assert_eq!(ClaimPath::parse(name).place(), place, "{name}");
        }
    }
}
