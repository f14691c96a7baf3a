//! End-to-end runs of the release binary with real registries, real clients and a real browser, none of them changed.
//!
//! Owns: the tests whose other side is somebody else's program. Does not own: what can be said in process (`tests/suite`).
//! Floor 6, but it links none of the lower floors: the server is driven by its command line and its ports alone.
//!
//! Each test's name begins with its number in the list of end-to-end tests for registry token servers (`docs/` says which list), then
//! the client, then what must hold; the part after `::` is the registry. `f01_` is a case of the list of faults; the part after `::`
//! is the database. `c01_` and on are clients of OpenID Connect.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking, and its message is the report"
)]

mod cases;
mod clients;
mod crowd;
mod event_log;
mod fixture;
mod http;
mod image;
mod oidc;
mod proxy;
mod realm;
mod run;
mod site;
mod tar;
mod token;
mod world;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use crate::fixture::Tools;
use crate::world::World;

fn main() -> ExitCode {
    if clients::answer_as_credential_helper() {
        return ExitCode::SUCCESS;
    }
    let arguments = libtest_mimic::Arguments::from_args();
    let tools = match Tools::find() {
        Ok(tools) => tools,
        Err(missing) => {
            let _ = writeln!(std::io::stderr(), "The end-to-end runs cannot start:\n{}", missing.join("\n"));
            return ExitCode::FAILURE;
        }
    };
    clients::docker::set_installed(&tools.dockers);
    let world = Arc::new(World::new(tools));
    let conclusion = libtest_mimic::run(&arguments, cases::all(&world));
    // Daemons end and folders go before this program does.
    drop(world);
    conclusion.exit_code()
}
