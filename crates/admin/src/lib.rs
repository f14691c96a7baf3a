//! Administrative operations, each with its permission in front of it.
//!
//! Owns: who may administer what ([`Caller`], [`Right`], [`Permit`]: the one rule book), the operations on realms, clients, roles,
//! flows and all else that is administered, one file per verb, and the administrative event of every change ([`Change`]).
//! Does not own: rows and documents (`identity`), protocols (their plugins), HTTP (`admin-api`), pages. Floor 3.
//!
//! An operation takes a [`Permit`] of the right it needs. Only the rule book makes one, from who asks and the realm asked about;
//! and only a permit of a right that may change things begins a [`Change`], which is committed with its event or not at all. So
//! neither an operation without a permission nor a write without an event compiles.

mod attribute_query;
mod caller;
mod change;
mod elsewhere;
mod escalation;
mod permit;
mod refusal;
mod right;

pub mod attack;
pub mod client;
pub mod client_policy;
pub mod client_scope;
pub mod component;
pub mod event;
pub mod flow;
pub mod group;
pub mod identity_provider;
pub mod key;
pub mod localization;
pub mod mapper;
pub mod realm;
pub mod role;
pub mod role_mapping;
pub mod scope;
pub mod server_info;
pub mod session;
pub mod user;

pub use attribute_query::attribute_query;
pub use caller::{Caller, NoCaller};
pub use change::{Change, Happened, Resource};
pub use permit::Permit;
pub use refusal::{Refusal, Words};
pub use right::*;
