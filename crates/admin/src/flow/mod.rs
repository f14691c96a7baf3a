//! Authentication flows, their executions and configurations, and required actions. They stand in the realm's document as a realm
//! file has them; each execution has an id besides, which an export leaves out.

mod config;
mod document;
mod execution;
mod flows;
mod provider;
mod required_action;

pub use config::{add_config, change_config, config, remove_config};
pub(crate) use document::set;
pub use execution::{
    add_execution, add_execution_to, add_sub_flow, change_execution, execution, executions, move_execution,
    remove_execution,
};
pub use flows::{add, change, copy, get, list, remove};
pub(crate) use provider::text;
pub use provider::{describe, of_kind, per_client};
pub use required_action::{
    action, action_config, actions, change_action, change_action_config, describe_action, move_action, register_action,
    remove_action, unregistered_actions,
};

/// Which way something goes in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Towards the beginning.
    Up,
    /// Towards the end.
    Down,
}
