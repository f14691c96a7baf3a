//! A realm's settings as types, read from its Keycloak document with Keycloak's defaults.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{BruteForceStrategy, SslRequired};
use crate::PasswordPolicy;

/// A realm's rules for one-time passwords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtpPolicy {
    /// `totp` or `hotp`.
    pub kind: String,
    /// `HmacSHA1`, `HmacSHA256` or `HmacSHA512`.
    pub algorithm: String,
    /// Digits of a code.
    pub digits: u32,
    /// Seconds that a code is valid.
    pub period: u32,
    /// Steps before and after the present one that are taken too.
    pub look_around: u32,
    /// Whether a code may be used twice.
    pub reusable: bool,
}

/// A realm's settings that code here and in plugins goes by; all else stays in [`crate::Realm::document`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RealmSettings {
    /// Name for people.
    pub display_name: Option<String>,
    /// When TLS is required.
    pub ssl_required: SslRequired,
    /// Seconds an access token lives.
    pub access_token_lifespan: i64,
    /// Seconds it lives when it was given through the browser.
    pub access_token_lifespan_for_implicit_flow: i64,
    /// Seconds a session may be idle.
    pub sso_session_idle_timeout: i64,
    /// Seconds a session may last.
    pub sso_session_max_lifespan: i64,
    /// Seconds a remembered session may be idle; 0: as any other.
    pub sso_session_idle_timeout_remember_me: i64,
    /// Seconds a remembered session may last; 0: as any other.
    pub sso_session_max_lifespan_remember_me: i64,
    /// Seconds an offline session may be idle.
    pub offline_session_idle_timeout: i64,
    /// Whether an offline session has a greatest age.
    pub offline_session_max_lifespan_enabled: bool,
    /// Seconds an offline session may last, where it has one.
    pub offline_session_max_lifespan: i64,
    /// Seconds a client's part of a session may be idle; 0: as the session.
    pub client_session_idle_timeout: i64,
    /// Seconds a client's part of a session may last; 0: as the session.
    pub client_session_max_lifespan: i64,
    /// Seconds a client's part of an offline session may be idle; 0: as the session.
    pub client_offline_session_idle_timeout: i64,
    /// Seconds a client's part of an offline session may last; 0: as the session.
    pub client_offline_session_max_lifespan: i64,
    /// Seconds a code may wait for its client.
    pub access_code_lifespan: i64,
    /// Seconds for one step of a log-in.
    pub access_code_lifespan_user_action: i64,
    /// Seconds for a whole log-in.
    pub access_code_lifespan_login: i64,
    /// Seconds that a link lives that an administrator sent.
    pub action_token_generated_by_admin_lifespan: i64,
    /// Seconds that a link lives that a user asked for.
    pub action_token_generated_by_user_lifespan: i64,
    /// Seconds a device may wait for its user.
    #[serde(rename = "oauth2DeviceCodeLifespan")]
    pub oauth2_device_code_lifespan: i64,
    /// Seconds between two questions of a device.
    #[serde(rename = "oauth2DevicePollingInterval")]
    pub oauth2_device_polling_interval: i64,
    /// Whether a refresh token may be used a limited number of times.
    pub revoke_refresh_token: bool,
    /// How often more than once, then.
    pub refresh_token_max_reuse: i64,
    /// Whether people may ask to be remembered.
    pub remember_me: bool,
    /// Whether people may register.
    pub registration_allowed: bool,
    /// Whether people may ask for a new password.
    pub reset_password_allowed: bool,
    /// Whether an e-mail address must be proven.
    pub verify_email: bool,
    /// Whether people may change their user name.
    pub edit_username_allowed: bool,
    /// Whether pages come in several languages.
    pub internationalization_enabled: bool,
    /// Languages of the pages.
    pub supported_locales: Vec<String>,
    /// The language where nothing else decides.
    pub default_locale: Option<String>,
    /// Theme of the log-in pages.
    pub login_theme: Option<String>,
    /// Theme of the account pages.
    pub account_theme: Option<String>,
    /// Theme of the console.
    pub admin_theme: Option<String>,
    /// Theme of e-mails.
    pub email_theme: Option<String>,
    /// Tokens issued before this unix second are not taken.
    pub not_before: i64,
    /// Signature algorithm where a client names none.
    pub default_signature_algorithm: Option<String>,
    /// Whether an e-mail address may stand for the user name.
    pub login_with_email_allowed: bool,
    /// Whether two users may share an e-mail address (then it never stands for the user name).
    pub duplicate_emails_allowed: bool,
    /// Whether e-mail addresses are the user names.
    pub registration_email_as_username: bool,
    /// Whether failed log-ins are counted.
    pub brute_force_protected: bool,
    /// Whether too many failures lock for good.
    pub permanent_lockout: bool,
    /// Temporary locks before a permanent one.
    pub max_temporary_lockouts: i64,
    /// How waiting grows.
    pub brute_force_strategy: BruteForceStrategy,
    /// Longest wait, in seconds.
    pub max_failure_wait_seconds: i64,
    /// Wait after failures in quick succession, in seconds.
    pub minimum_quick_login_wait_seconds: i64,
    /// Wait for each time the limit is reached, in seconds.
    pub wait_increment_seconds: i64,
    /// Failures closer together than this, in milliseconds, are quick.
    pub quick_login_check_milli_seconds: i64,
    /// Seconds after which failures are forgotten.
    pub max_delta_time_seconds: i64,
    /// Failures that lock.
    pub failure_factor: i64,
    /// Failed second factors that lock; 0 counts them with the passwords.
    pub max_secondary_auth_failures: i64,
    /// Rules for passwords.
    #[serde(deserialize_with = "password_policy")]
    pub password_policy: PasswordPolicy,
    /// Rules for one-time passwords.
    #[serde(skip)]
    pub otp: OtpPolicy,
    /// Whether events are stored.
    pub events_enabled: bool,
    /// Seconds after which stored events are swept; 0 keeps them.
    pub events_expiration: i64,
    /// Kinds of event that are stored; empty stores all.
    pub enabled_event_types: Vec<String>,
    /// The realm's free attributes (`frontendUrl` among them).
    #[serde(deserialize_with = "text_map")]
    pub attributes: BTreeMap<String, String>,
    otp_policy_type: String,
    otp_policy_algorithm: String,
    otp_policy_digits: u32,
    otp_policy_period: u32,
    otp_policy_look_ahead_window: u32,
    otp_policy_code_reusable: bool,
}

impl Default for RealmSettings {
    fn default() -> Self {
        Self {
            display_name: None,
            ssl_required: SslRequired::External,
            access_token_lifespan: 300,
            access_token_lifespan_for_implicit_flow: 900,
            sso_session_idle_timeout: 1800,
            sso_session_max_lifespan: 36_000,
            sso_session_idle_timeout_remember_me: 0,
            sso_session_max_lifespan_remember_me: 0,
            offline_session_idle_timeout: 2_592_000,
            offline_session_max_lifespan_enabled: false,
            offline_session_max_lifespan: 5_184_000,
            client_session_idle_timeout: 0,
            client_session_max_lifespan: 0,
            client_offline_session_idle_timeout: 0,
            client_offline_session_max_lifespan: 0,
            access_code_lifespan: 60,
            access_code_lifespan_user_action: 300,
            access_code_lifespan_login: 1800,
            action_token_generated_by_admin_lifespan: 43_200,
            action_token_generated_by_user_lifespan: 300,
            oauth2_device_code_lifespan: 600,
            oauth2_device_polling_interval: 5,
            revoke_refresh_token: false,
            refresh_token_max_reuse: 0,
            remember_me: false,
            registration_allowed: false,
            reset_password_allowed: false,
            verify_email: false,
            edit_username_allowed: false,
            internationalization_enabled: false,
            supported_locales: Vec::new(),
            default_locale: None,
            login_theme: None,
            account_theme: None,
            admin_theme: None,
            email_theme: None,
            not_before: 0,
            default_signature_algorithm: None,
            login_with_email_allowed: true,
            duplicate_emails_allowed: false,
            registration_email_as_username: false,
            brute_force_protected: false,
            permanent_lockout: false,
            max_temporary_lockouts: 0,
            brute_force_strategy: BruteForceStrategy::Multiple,
            max_failure_wait_seconds: 900,
            minimum_quick_login_wait_seconds: 60,
            wait_increment_seconds: 60,
            quick_login_check_milli_seconds: 1000,
            max_delta_time_seconds: 43_200,
            failure_factor: 30,
            max_secondary_auth_failures: 0,
            password_policy: PasswordPolicy::default(),
            otp: OtpPolicy {
                kind: "totp".to_owned(),
                algorithm: "HmacSHA1".to_owned(),
                digits: 6,
                period: 30,
                look_around: 1,
                reusable: false,
            },
            events_enabled: false,
            events_expiration: 0,
            enabled_event_types: Vec::new(),
            attributes: BTreeMap::new(),
            otp_policy_type: "totp".to_owned(),
            otp_policy_algorithm: "HmacSHA1".to_owned(),
            otp_policy_digits: 6,
            otp_policy_period: 30,
            otp_policy_look_ahead_window: 1,
            otp_policy_code_reusable: false,
        }
    }
}

impl RealmSettings {
    /// Reads the typed half of a realm's document. A member that is `null` counts as absent, as in Keycloak.
    ///
    /// # Errors
    /// Tells the member that has the wrong type.
    pub fn from_document(document: &Value) -> Result<Self, String> {
        let mut present = document.clone();
        if let Some(members) = present.as_object_mut() {
            members.retain(|_, value| !value.is_null());
        }
        let mut settings: Self = serde_json::from_value(present).map_err(|error| error.to_string())?;
        settings.otp = OtpPolicy {
            kind: settings.otp_policy_type.clone(),
            algorithm: settings.otp_policy_algorithm.clone(),
            digits: settings.otp_policy_digits,
            period: settings.otp_policy_period,
            look_around: settings.otp_policy_look_ahead_window,
            reusable: settings.otp_policy_code_reusable,
        };
        Ok(settings)
    }

    /// A free attribute that is set and not empty.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

fn password_policy<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PasswordPolicy, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    PasswordPolicy::parse(text.as_deref().unwrap_or_default()).map_err(serde::de::Error::custom)
}

/// Keycloak writes strings, but a hand-made file may hold numbers and booleans: they are taken by their text.
pub(crate) fn text_map<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let values = BTreeMap::<String, Value>::deserialize(deserializer)?;
    Ok(texts(values))
}

pub(crate) fn texts(values: impl IntoIterator<Item = (String, Value)>) -> BTreeMap<String, String> {
    values
        .into_iter()
        .filter_map(|(name, value)| match value {
            Value::String(text) => Some((name, text)),
            Value::Null => None,
            other => Some((name, other.to_string())),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_empty_document_has_keycloaks_defaults() {
        let settings = RealmSettings::from_document(&json!({})).unwrap();
        assert_eq!(settings, RealmSettings::default());
        assert_eq!(settings.access_token_lifespan, 300);
        assert_eq!(settings.failure_factor, 30);
    }

    #[test]
    fn members_are_read_and_null_counts_as_absent() {
        let settings = RealmSettings::from_document(&json!({
            "sslRequired": "none", "accessTokenLifespan": 600, "failureFactor": null, "otpPolicyDigits": 8,
            "quickLoginCheckMilliSeconds": 5, "attributes": { "frontendUrl": "https://id.example.org", "n": 3, "gone": null },
        }))
        .unwrap();
        assert_eq!(settings.ssl_required, SslRequired::None);
        assert_eq!(settings.access_token_lifespan, 600);
        assert_eq!(settings.failure_factor, 30);
        assert_eq!(settings.otp.digits, 8);
        assert_eq!(settings.quick_login_check_milli_seconds, 5);
        assert_eq!(settings.attribute("frontendUrl"), Some("https://id.example.org"));
        assert_eq!(settings.attribute("n"), Some("3"));
        assert_eq!(settings.attribute("gone"), None);
    }

    #[test]
    fn a_wrong_type_is_told() {
        assert!(RealmSettings::from_document(&json!({ "accessTokenLifespan": "soon" })).is_err());
    }
}
