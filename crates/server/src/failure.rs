//! How a command ends badly: an exit code that scripts can rely on, and one line per fault on standard error.

use std::fmt;

/// Exit codes (documented in `docs/operations.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Something failed while the command ran.
    Failed = 1,
    /// The command line or the configuration is wrong; nothing was started.
    Usage = 2,
    /// The database or its master key was refused; it was left as it was.
    Store = 3,
    /// What the command was given was refused; nothing was changed.
    Input = 4,
}

/// A command that did not do what it should.
#[derive(Debug)]
pub struct Failure {
    /// The process's exit code.
    pub exit: Exit,
    /// One fault each.
    pub lines: Vec<String>,
}

impl Failure {
    /// A failure with one line.
    pub fn new(exit: Exit, line: impl Into<String>) -> Self {
        Self { exit, lines: vec![line.into()] }
    }

    /// Something failed on the way.
    pub fn failed(what: impl fmt::Display) -> Self {
        Self::new(Exit::Failed, what.to_string())
    }

    /// What was given is refused.
    pub fn input(what: impl fmt::Display) -> Self {
        Self::new(Exit::Input, what.to_string())
    }

    /// One line per fault.
    pub fn each<T: fmt::Display>(exit: Exit, faults: &[T]) -> Self {
        Self { exit, lines: faults.iter().map(ToString::to_string).collect() }
    }
}

impl From<identity::Error> for Failure {
    fn from(error: identity::Error) -> Self {
        use identity::Error;
        match error {
            Error::Invalid(faults) => Self {
                exit: Exit::Input,
                lines: faults.iter().map(|fault| format!("{}: {}", fault.field, fault.reason)).collect(),
            },
            Error::NotFound(_) | Error::Conflict(_) | Error::Refused(_) => Self::input(error),
            Error::Busy { .. } | Error::Fault(_) => Self::failed(error),
        }
    }
}
