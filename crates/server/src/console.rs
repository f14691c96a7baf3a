//! What commands write for people and scripts: results on standard output, faults on standard error.

use std::io::Write as _;

/// A line on standard output. A reader that went away is no fault of the command.
pub(crate) fn say(line: impl AsRef<str>) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", line.as_ref());
    let _ = out.flush();
}

/// A line on standard error.
pub(crate) fn complain(line: impl AsRef<str>) {
    let _ = writeln!(std::io::stderr().lock(), "{}", line.as_ref());
}
