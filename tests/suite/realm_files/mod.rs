//! Realms that come from a real Keycloak 26.7.3.

mod keycloak;
mod plugin_members;
