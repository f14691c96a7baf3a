//! Tests of the core on each database.

mod keys;
mod open;
mod plans;
mod realms;
mod snapshots;
mod users;
