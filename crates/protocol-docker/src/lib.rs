//! wip
pub mod access;
pub mod rule;
pub mod scope;
