//! The suite: drives the real router in process on a fresh database. The same suite runs on SQLite and, when `PORTREEVE_TEST_POSTGRES`
//! names a server, on PostgreSQL.
//!
//! Test paths mirror URLs. The caller is a type. A refusal test asserts the answer on the wire, the event, and that nothing else was
//! written. A name that begins with `a88_` is a case of the threat list, `t16_` a case of the registry checklist.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    reason = "a test ends by panicking, and its message is the report"
)]

mod admin;
mod docker_v2;
mod harness;
mod login;
mod openid_connect;
mod realm_files;
mod recorded;
