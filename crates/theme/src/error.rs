//! What is wrong with a theme.

use std::fmt;
use std::path::{Path, PathBuf};

/// A fault of a theme folder: which file, and what to do about it. Told at start; a server does not serve half a theme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeError {
    /// The file or folder at fault.
    pub file: PathBuf,
    /// Why it cannot be used.
    pub reason: String,
}

impl ThemeError {
    pub(crate) fn new(file: &Path, reason: impl Into<String>) -> Self {
        Self { file: file.to_path_buf(), reason: reason.into() }
    }
}

impl fmt::Display for ThemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "theme file {}: {}", self.file.display(), self.reason)
    }
}

impl std::error::Error for ThemeError {}
