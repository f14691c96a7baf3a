//! The plugin's routes, driven in process on a fresh store.

mod harness;

mod credentials;
mod documents;
mod identity_tokens;
mod tokens;
mod web;
