//! The REST door to administration: Keycloak's admin REST API, and realm client registration.
//!
//! Owns: addresses, JSON shapes on the wire, statuses and error bodies, paging, `Location`, the rules of other origins.
//! Does not own: what may be done and by whom, or how (`admin`); rows; protocols. Floor 4.
//!
//! A route is a line in a table (`routes.rs` and each resource's `mod.rs`): method, path, and a function whose first parameter is
//! the [`admin::Permit`] of the right it needs. A function without one does not fit into the table:
//!
//! ```compile_fail
//! # use admin_api::{Answer, Call, Reply, Table};
//! async fn no_permission(call: Call) -> Answer { Ok(Reply::Nothing) }
//! let table = Table::new().get("/realms/{realm}/x", no_permission);
//! ```

mod answer;
mod caching;
mod call;
mod door;
mod json;
pub mod operations;
mod page;
mod routes;
mod table;

mod attack_detection;
mod authentication;
mod client_scopes;
mod clients;
mod components;
mod events;
mod groups;
mod identity_providers;
mod localization;
mod mappers;
mod realms;
mod role_mappings;
mod roles;
mod scope_mappings;
mod server_info;
mod sessions;
mod users;

pub use answer::{Answer, Reply};
pub use call::Call;
pub use door::router;
pub use routes::table;
pub use table::{Entry, Table};
