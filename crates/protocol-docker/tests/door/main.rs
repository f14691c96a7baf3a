//! The plugin's routes, driven in process on a fresh store.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod harness;

mod credentials;
mod documents;
mod identity_tokens;
mod tokens;
mod web;
