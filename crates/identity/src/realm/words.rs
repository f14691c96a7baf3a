//! Settings of a realm that are one of a few words.

use serde::Deserialize;

/// When a realm insists on TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SslRequired {
    /// Always.
    #[serde(alias = "ALL")]
    All,
    /// Unless the peer's address is private.
    #[default]
    #[serde(alias = "EXTERNAL")]
    External,
    /// Never.
    #[serde(alias = "NONE")]
    None,
}

/// How waiting grows with failed log-ins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum BruteForceStrategy {
    /// One increment more for each failure past the limit.
    #[serde(rename = "LINEAR")]
    Linear,
    /// One increment more each time the limit is reached again.
    #[default]
    #[serde(rename = "MULTIPLE")]
    Multiple,
}
