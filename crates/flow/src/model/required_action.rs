//! Required actions: what a person can be made to do before an application gets them.

use std::collections::BTreeMap;
use std::sync::Arc;

/// A required action as the realm has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredAction {
    /// Its name (`UPDATE_PASSWORD`), as users carry it.
    pub alias: Arc<str>,
    /// Keycloak's id of what runs it; usually the name.
    pub provider: Arc<str>,
    /// Whether it is run at all.
    pub enabled: bool,
    /// Whether new users get it.
    pub default_action: bool,
    /// Smaller comes first.
    pub priority: i64,
    /// Its configuration.
    pub config: BTreeMap<String, String>,
}

impl RequiredAction {
    /// Seconds since the log-in after which it is too old to do this (`max_auth_age`; 300 unless said otherwise).
    pub fn max_auth_age(&self) -> i64 {
        self.config.get("max_auth_age").and_then(|text| text.parse().ok()).unwrap_or(300)
    }
}
