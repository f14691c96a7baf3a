//! Tests of the core on each database.

mod clients;
mod keys;
mod open;
mod plans;
mod realms;
mod snapshots;
mod users;
