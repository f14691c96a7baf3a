//! `/realms/{realm}/login-actions/…`: how people log in, with a protocol that exists for these tests alone.

mod actions;
mod browser;
mod flows;
mod knock;
mod mail;
mod own_actions;
mod password;
mod registration;
mod sessions;
mod step_up;
mod tabs;
