//! Tests of the core on each database.

mod clients;
mod groups;
mod keys;
mod open;
mod plans;
mod realms;
mod search;
mod snapshots;
mod users;
