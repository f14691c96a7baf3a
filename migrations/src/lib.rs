//! The schema's history.
//!
//! Owns: every table, column and index, as dated steps that are only ever added to. Does not own: what rows mean
//! (`identity`) and which rows there are. Floor 0.
//!
//! Identifiers are TEXT, times BIGINT (unix milliseconds), JSON is TEXT, sealed and hashed bytes are BLOB / BYTEA, so that
//! SQLite and PostgreSQL hold the same values.

#![allow(elided_lifetimes_in_paths, reason = "async_trait and sea-orm-migration spell the parameter of `up` so")]

use sea_orm_migration::prelude::*;

mod admin_event;
mod client;
mod consent;
mod credential;
mod event;
mod event_order;
mod group;
mod key;
mod login_failure;
mod meta;
mod realm;
mod realm_visible;
mod role;
mod scope;
mod session;
mod shape;
mod ticket;
mod ticket_use;
mod user;
mod user_search;

/// Runs the steps in their order.
#[derive(Debug, Clone, Copy)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(meta::Step),
            Box::new(realm::Step),
            Box::new(client::Step),
            Box::new(scope::Step),
            Box::new(role::Step),
            Box::new(group::Step),
            Box::new(user::Step),
            Box::new(credential::Step),
            Box::new(key::Step),
            Box::new(ticket::Step),
            Box::new(event::Step),
            Box::new(login_failure::Step),
            Box::new(ticket_use::Step),
            Box::new(event_order::Step),
            Box::new(session::Step),
            Box::new(consent::Step),
            Box::new(realm_visible::Step),
            Box::new(admin_event::Step),
            Box::new(user_search::Step),
        ]
    }
}

/// Names of all steps this build knows, oldest first. A database that has seen another one belongs to a newer build.
#[must_use]
pub fn known_steps() -> Vec<String> {
    Migrator::migrations().iter().map(|step| step.name().to_owned()).collect()
}
