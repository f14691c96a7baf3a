//! The OpenID Connect / OAuth 2.0 plugin. Floor 3.

/// Id of the plugin, as in a client's `protocol` (Keycloak's).
pub const PROTOCOL: &str = "openid-connect";
