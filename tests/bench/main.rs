//! The bench: starts the real release binary, measures a calibration loop and then each kind of request, and prints what a request costs.
//!
//! The figures to steer by are CPU microseconds and SQL statements per request, and the ratio to the calibration loop of the same run:
//! those hold on a noisy machine. Requests per second tell the reader what to expect.

#![allow(clippy::disallowed_methods, reason = "a bench measures the wall clock and waits for real time to pass")]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::single_match_else,
    clippy::duration_suboptimal_units,
    reason = "a command line tool for developers"
)]

mod calibrate;
mod import;
mod keycloak;
mod load;
mod process;
mod report;
mod scenario;

use std::{path::PathBuf, time::Duration};

/// What the command line asks for.
pub(crate) struct Options {
    /// How long each kind of request is driven.
    pub(crate) seconds: u64,
    /// Keep-alive connections of the load.
    pub(crate) connections: usize,
    /// The binary under test.
    pub(crate) binary: PathBuf,
    /// An unpacked Keycloak distribution to measure beside, if there is one.
    pub(crate) keycloak: Option<PathBuf>,
    /// URL of an empty PostgreSQL database to import into, if there is one.
    pub(crate) postgres: Option<String>,
    /// Where the JSON goes.
    pub(crate) json: PathBuf,
}

const USAGE: &str =
    "bench [--seconds N] [--connections N] [--binary FILE] [--keycloak FOLDER] [--postgres URL] [--json FILE]";

fn options() -> Result<Options, String> {
    let mut options = Options {
        seconds: 5,
        connections: 64,
        binary: "target/release/portreeve".into(),
        keycloak: None,
        postgres: None,
        json: "target/bench.json".into(),
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        if word == "--bench" {
            continue; // cargo's own word for every bench target
        }
        let value = words.next().ok_or_else(|| format!("{word} wants a value\n{USAGE}"))?;
        match word.as_str() {
            "--seconds" => options.seconds = value.parse().map_err(|e| format!("--seconds: {e}"))?,
            "--connections" => options.connections = value.parse().map_err(|e| format!("--connections: {e}"))?,
            "--binary" => options.binary = value.into(),
            "--keycloak" => options.keycloak = Some(value.into()),
            "--postgres" => options.postgres = Some(value),
            "--json" => options.json = value.into(),
            _ => return Err(format!("{word} is not an option\n{USAGE}")),
        }
    }
    Ok(options)
}

fn main() {
    // A child of ours is the calibration's hello server.
    if let Some(port) = std::env::var_os(calibrate::HELLO_PORT) {
        calibrate::serve_hello(&port.to_string_lossy());
        return;
    }
    let options = options().unwrap_or_else(|why| {
        eprintln!("{why}");
        std::process::exit(2);
    });
    let span = Duration::from_secs(options.seconds);
    let mut table = report::Table::new();
    let calibration = calibrate::run(span, options.connections);
    table.calibration(&calibration);
    scenario::run(&options, &calibration, &mut table);
    import::run(&options.binary, options.postgres.as_deref(), &mut table);
    if let Some(folder) = &options.keycloak {
        keycloak::run(folder, span, &mut table);
    }
    table.print();
    table.save(&options.json).unwrap_or_else(|e| panic!("{}: {e}", options.json.display()));
    println!("\nsaved: {}", options.json.display());
}
