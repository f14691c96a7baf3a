//! `/admin/…`
//!
//! What Keycloak 26.7 answered to the same requests was recorded; the tests expect its statuses, words and members.

mod clients;
mod components;
mod doors;
mod events;
mod flows;
mod groups;
mod realms;
mod roles;
mod users;
