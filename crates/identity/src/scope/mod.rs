//! Client scopes, and which client has which.

mod add;
pub(crate) mod binding;
pub(crate) mod entity;
