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
    /// Seconds since the log-in after which it is too old to do this, where nobody says otherwise.
    pub const USUAL_MAX_AUTH_AGE: i64 = 300;

    /// The same where the action says so itself (`max_auth_age`).
    pub fn stated_max_auth_age(&self) -> Option<i64> {
        self.config.get("max_auth_age").and_then(|text| text.parse().ok())
    }
}
