//! The browser half of the plugin behind the real router, session layer and store; the person and the pages are played.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod authorize;
mod device;
mod harness;
mod logout;
mod pushed;
