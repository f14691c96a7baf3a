//! The command line. Others script against it: words and exit codes stay.

mod admin;
mod arguments;
mod config;
mod explain;
mod export;
mod health;
mod import;
mod installation;
mod keys;
mod serve;

use std::ffi::OsString;
use std::future::Future;
use std::process::ExitCode;

use clap::Parser as _;

use crate::configuration::{self, Flags, Settings};
use crate::console::complain;
use crate::failure::{Exit, Failure};
use crate::logging::{self, Log};

use arguments::{AdminCommand, Arguments, Command, ConfigCommand, KeysCommand};

/// Runs one command line and answers the process's exit code.
pub(crate) fn run<I, T>(arguments: I) -> ExitCode
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are asked for, so they are answers and no faults.
            let code = if error.use_stderr() { Exit::Usage as u8 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match dispatch(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for line in &failure.lines {
                complain(format!("portreeve: {line}"));
            }
            ExitCode::from(failure.exit as u8)
        }
    }
}

fn dispatch(arguments: Arguments) -> Result<(), Failure> {
    let flags = arguments.flags();
    match arguments.command.unwrap_or_default() {
        Command::Config { command: ConfigCommand::Example } => {
            config::example();
            Ok(())
        }
        Command::Config { command: ConfigCommand::Check } => config::check(&flags),
        Command::Serve(_) => {
            let settings = settings(&flags)?;
            let log = logging::start(settings.log_format, &settings.log_level).map_err(Failure::failed)?;
            let served = block_on(serve::serve(settings, log.clone()));
            log.flush();
            served
        }
        Command::Health => block_on(health::health(settings(&flags)?)),
        Command::Import(command) => with_store(&flags, |settings| import::import(settings, command)),
        Command::Export(command) => with_store(&flags, |settings| export::export(settings, command)),
        Command::Installation(command) => with_store(&flags, |settings| installation::installation(settings, command)),
        Command::Explain(command) => with_store(&flags, |settings| explain::explain(settings, command)),
        Command::Admin { command: AdminCommand::SetPassword(command) } => {
            with_store(&flags, |settings| admin::set_password(settings, command))
        }
        Command::Keys { command: KeysCommand::Rotate(command) } => {
            with_store(&flags, |settings| keys::rotate(settings, command))
        }
    }
}

fn settings(flags: &Flags) -> Result<Settings, Failure> {
    configuration::load(flags, &configuration::process_environment())
        .map_err(|faults| Failure::each(Exit::Usage, &faults))
}

/// Runs a command on the store, with warnings in the log and no more unless the settings ask for it.
fn with_store<F>(flags: &Flags, command: impl FnOnce(Settings) -> F) -> Result<(), Failure>
where
    F: Future<Output = Result<(), Failure>>,
{
    let settings = settings(flags)?;
    let level = if settings.log_level == "info" { "warn" } else { &settings.log_level };
    let log: Log = logging::start(settings.log_format, level).map_err(Failure::failed)?;
    let done = block_on(command(settings));
    log.flush();
    done
}

fn block_on<F: Future<Output = Result<(), Failure>>>(work: F) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("worker")
        // Files and key generation; passwords have a pool of their own.
        .max_blocking_threads(8)
        .build()
        .map_err(Failure::failed)?;
    let done = runtime.block_on(work);
    // What is left are connections past the shutdown time.
    runtime.shutdown_background();
    done
}
