//! Names of the notes that sessions and client sessions carry. Those that mappers of the field name are Keycloak's.

/// Unix seconds of the log-in in a browser; a session that no browser opened has none.
pub const AUTH_TIME: &str = "AUTH_TIME";
/// References of the steps that a log-in took, with spaces between.
pub const AMR: &str = "amr";
/// How strongly the log-in of a client session was proven, as its tokens tell it.
pub const ACR: &str = "acr";
/// Scope that was granted to a client session, as it was asked for.
pub const SCOPE: &str = "scope";
/// The `claims` parameter of the authorization request, if there was one.
pub const CLAIMS: &str = "claims";
/// Where a code was sent.
pub const REDIRECT_URI: &str = "redirect_uri";
/// Thumbprint of the key that a client session's refresh tokens are bound to.
pub const DPOP_JKT: &str = "dpop_jkt";
/// Resources (RFC 8707) that a client session's tokens are for, with spaces between.
pub const RESOURCE: &str = "resource";

/// Unix milliseconds since when a client has its part in a session without a break. A part that begins anew while the old one
/// is alive keeps it; refresh tokens from before it are dead.
pub const SINCE: &str = "since";

/// Notes of a client that acts for itself.
pub mod service_account {
    /// Its `clientId`.
    pub const CLIENT_ID: &str = "client_id";
    /// Its host.
    pub const HOST: &str = "clientHost";
    /// Its address.
    pub const ADDRESS: &str = "clientAddress";
}
