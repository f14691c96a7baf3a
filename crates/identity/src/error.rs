//! What can go wrong, by meaning. Each door turns these into its own words with one exhaustive match.

use std::{borrow::Cow, fmt};

use sea_orm::{DbErr, RuntimeErr};

/// One field of a form or document that cannot be taken as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// The field's name, or a JSON pointer into the document.
    pub field: String,
    /// What is wrong with it, in words for whoever sent it.
    pub reason: String,
}

impl FieldFault {
    /// A fault of this field.
    pub fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { field: field.into(), reason: reason.into() }
    }
}

/// Why an operation did not happen.
#[derive(Debug)]
pub enum Error {
    /// There is no such thing (the noun is named).
    NotFound(&'static str),
    /// Another one has this value already (the field is named).
    Conflict(&'static str),
    /// Fields that cannot be taken.
    Invalid(Vec<FieldFault>),
    /// It may not be done; the reason is fit for the caller.
    Refused(String),
    /// Too much at once; try again after this many seconds.
    Busy {
        /// Whole seconds, at least one.
        retry_after_seconds: u32,
    },
    /// Something is broken here. Nothing of it is fit for the caller.
    Fault(Fault),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(noun) => write!(f, "{noun} not found"),
            Self::Conflict(field) => write!(f, "{field} is taken"),
            Self::Invalid(faults) => {
                f.write_str("invalid: ")?;
                for (position, fault) in faults.iter().enumerate() {
                    if position > 0 {
                        f.write_str("; ")?;
                    }
                    write!(f, "{}: {}", fault.field, fault.reason)?;
                }
                Ok(())
            }
            Self::Refused(reason) => write!(f, "refused: {reason}"),
            Self::Busy { retry_after_seconds } => write!(f, "busy, try again in {retry_after_seconds} s"),
            Self::Fault(fault) => write!(f, "fault: {fault}"),
        }
    }
}

impl std::error::Error for Error {}

/// An opaque fault: its words are for the log alone.
pub struct Fault(Cow<'static, str>);

impl Fault {
    /// A fault with words for the log; they must hold no secret.
    pub fn new(words: impl Into<Cow<'static, str>>) -> Self {
        Self(words.into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({})", self.0)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Error {
    /// A fault with words for the log.
    pub fn fault(words: impl Into<Cow<'static, str>>) -> Self {
        Self::Fault(Fault::new(words))
    }

    /// One field that cannot be taken.
    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldFault::new(field, reason)])
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match error {
            // The pool has no free connection: load, not a defect.
            DbErr::ConnectionAcquire(_) => Self::Busy { retry_after_seconds: 1 },
            // Another process, such as an import beside the server, has held SQLite's write lock for longer than we wait.
            ref error if is_locked(error) => Self::Busy { retry_after_seconds: 1 },
            other => Self::Fault(Fault::new(format!("database: {other}"))),
        }
    }
}

/// SQLITE_BUSY, plain or with what the lock is about. (PostgreSQL's codes have five characters.)
fn is_locked(error: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(source))
    | DbErr::Exec(RuntimeErr::SqlxError(source))
    | DbErr::Query(RuntimeErr::SqlxError(source))) = error
    else {
        return false;
    };
    let Some(told) = source.as_database_error() else { return false };
    matches!(told.code().as_deref(), Some("5" | "261" | "517"))
}
