//! A realm's password policy.

/// Keycloak's `passwordPolicy`, such as `length(12) and hashIterations(5)`, parsed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PasswordPolicy {
    /// `hashAlgorithm`: Keycloak's id of the hash for new passwords.
    pub hash_algorithm: Option<String>,
    /// `hashIterations`.
    pub hash_iterations: Option<u32>,
}

impl PasswordPolicy {
    /// Reads the text; what is not understood is left out.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let argument = |id: &str| {
            text.split(" and ").find_map(|rule| rule.trim().strip_prefix(id)?.strip_prefix('(')?.strip_suffix(')'))
        };
        Self {
            hash_algorithm: argument("hashAlgorithm").map(str::to_owned),
            hash_iterations: argument("hashIterations").and_then(|count| count.parse().ok()),
        }
    }
}
