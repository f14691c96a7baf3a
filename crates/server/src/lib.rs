//! The binary's own room, as a library so that tests drive the real router in process.
//!
//! Owns: the command line, configuration, wiring, listeners, health, metrics, logs, and the public routes that belong to no
//! protocol. Does not own: any rule about realms, users, tokens or protocols. Floor 5; `plugins.rs` is the one place that
//! names the protocols.

mod command;
pub mod configuration;
mod console;
pub mod failure;
pub mod listener;
pub mod logging;
pub mod management;
mod metrics;
mod pages;
mod plugins;
mod process;
mod progress;
pub mod router;
mod signals;
mod store;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use identity::Identity;
use outbound::Fetch;
use protocol::{Portreeve, WebSettings};

use crate::failure::Failure;
use crate::router::RouterSettings;

/// Runs one command line, the program's name first, and answers the process's exit code.
pub fn run<I, T>(arguments: I) -> ExitCode
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    command::run(arguments)
}

/// What every door has in hand, with all plugins of this server, which ask others through `fetch`.
///
/// # Errors
/// When two plugins claim one protocol.
pub fn portreeve(identity: Identity, web: WebSettings, fetch: Arc<dyn Fetch>) -> Result<Portreeve, Failure> {
    Ok(Portreeve::new(identity, Arc::new(plugins::serving(fetch)?), web))
}

/// The public router with default settings and the built-in pages. To be called inside a runtime: mails have a task.
///
/// # Errors
/// When the built-in theme is broken.
pub fn app(portreeve: &Portreeve) -> Result<Router, Failure> {
    let login = pages::login(None, Arc::new(identity::NoLists))?;
    Ok(router::router(portreeve, &RouterSettings { login: Some(login), ..RouterSettings::default() }))
}
