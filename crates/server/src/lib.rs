//! The binary's own room: command line, configuration, wiring, listeners, telemetry.

pub mod configuration;
pub mod listener;
pub mod logging;
