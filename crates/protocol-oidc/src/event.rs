//! Kinds of event: Keycloak's words, so that what reads its events reads ours.

use protocol::{EventKind, EventKinds};

/// What one sort of request is called when it succeeds and when it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) succeeded: &'static str,
    pub(crate) failed: EventKinds,
}

const fn sort(succeeded: &'static str, failed: &'static str) -> Sort {
    Sort { succeeded, failed: EventKinds { refused: failed, fault: failed } }
}

/// A log-in, also by the password grant.
pub(crate) const LOGIN: Sort = sort("LOGIN", "LOGIN_ERROR");
/// A client that acts for itself.
pub(crate) const CLIENT_LOGIN: Sort = sort("CLIENT_LOGIN", "CLIENT_LOGIN_ERROR");
/// A code exchanged for tokens.
pub(crate) const CODE_TO_TOKEN: Sort = sort("CODE_TO_TOKEN", "CODE_TO_TOKEN_ERROR");
/// A refresh.
pub(crate) const REFRESH_TOKEN: Sort = sort("REFRESH_TOKEN", "REFRESH_TOKEN_ERROR");
/// A device that asks for its tokens.
pub(crate) const DEVICE_CODE_TO_TOKEN: Sort = sort("OAUTH2_DEVICE_CODE_TO_TOKEN", "OAUTH2_DEVICE_CODE_TO_TOKEN_ERROR");
/// A token exchanged for another.
pub(crate) const TOKEN_EXCHANGE: Sort = sort("TOKEN_EXCHANGE", "TOKEN_EXCHANGE_ERROR");
/// A registration that a client sends somebody to.
pub(crate) const REGISTER: Sort = sort("REGISTER", "REGISTER_ERROR");
/// A request pushed before the browser comes.
pub(crate) const PUSHED: Sort = sort("PUSHED_AUTHORIZATION_REQUEST", "PUSHED_AUTHORIZATION_REQUEST_ERROR");
/// A device that asks for a code.
pub(crate) const DEVICE_AUTH: Sort = sort("OAUTH2_DEVICE_AUTH", "OAUTH2_DEVICE_AUTH_ERROR");
/// A person who brings a device's code.
pub(crate) const DEVICE_VERIFY: Sort = sort("OAUTH2_DEVICE_VERIFY_USER_CODE", "OAUTH2_DEVICE_VERIFY_USER_CODE_ERROR");
/// A log-out.
pub(crate) const LOGOUT: Sort = sort("LOGOUT", "LOGOUT_ERROR");
/// Claims asked for with an access token.
pub(crate) const USER_INFO: Sort = sort("USER_INFO_REQUEST", "USER_INFO_REQUEST_ERROR");
/// A token looked at.
pub(crate) const INTROSPECT: Sort = sort("INTROSPECT_TOKEN", "INTROSPECT_TOKEN_ERROR");
/// A token revoked.
pub(crate) const REVOKE: Sort = sort("REVOKE_GRANT", "REVOKE_GRANT_ERROR");
/// A document read. Success is counted and no event; Keycloak has no word for a refusal.
pub(crate) const DOCUMENT: Sort = sort("oidc.document", "oidc.document-refused");

macro_rules! kinds {
    ($($sort:ident, $label:literal;)*) => {
        /// All kinds.
        pub(crate) static KINDS: &[EventKind] = &[$(
            EventKind { name: $sort.succeeded, label: $label, is_error: false },
            EventKind { name: $sort.failed.refused, label: concat!($label, ": failed"), is_error: true },
        )*];
    };
}

kinds! {
    LOGIN, "Login";
    CLIENT_LOGIN, "Client login";
    CODE_TO_TOKEN, "Code to token";
    REFRESH_TOKEN, "Refresh token";
    REGISTER, "Register";
    PUSHED, "Pushed authorization request";
    DEVICE_AUTH, "Device authorization";
    DEVICE_VERIFY, "Device verification";
    LOGOUT, "Logout";
    DEVICE_CODE_TO_TOKEN, "Device code to token";
    TOKEN_EXCHANGE, "Token exchange";
    USER_INFO, "User info request";
    INTROSPECT, "Introspect token";
    REVOKE, "Revoke grant";
    DOCUMENT, "Document read";
}
