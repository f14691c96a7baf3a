//! The `portreeve` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    portreeve::run(std::env::args_os())
}
