//! What happened in a realm, and what is kept of it.

mod admin;
mod config;
mod date;
mod list;

pub use admin::{admin_events, clear_admin_events};
pub use config::{change_config, config};
pub use date::date;
pub use list::{clear_events, events};
