//! `passwordBlacklist(file)`: the password stands in no list of known ones.
//!
//! A list is a text file, one password a line, in a folder that the operator names. It is read once and kept as one
//! 64-bit fingerprint a line under a key of this process: eight bytes each, and nobody can prepare a password that
//! collides with a listed one.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Check, NewPassword, Refusal, Rule, broken};

/// Bytes of one list's file.
const MAX_LIST: u64 = 1 << 30;
/// Lines of all lists together: 128 MiB of fingerprints. The longest lists in common use have fourteen million.
const MAX_LINES: usize = 16 << 20;

pub(super) const RULE: Rule = Rule {
    id: "passwordBlacklist",
    read: |argument, policy| {
        let file = argument.ok_or("expects the name of a list")?.trim();
        // The realm names a file in the operator's folder and nothing outside it.
        if file.starts_with('.') || file.contains(['/', '\\', '\0', ':']) {
            return Err("expects a plain file name".to_owned());
        }
        policy.checks.push(Arc::new(Listed(file.to_owned())));
        Ok(())
    },
};

#[derive(Debug)]
struct Listed(String);

impl Check for Listed {
    fn check(&self, new: &NewPassword<'_>) -> Result<(), Refusal> {
        match new.lists.contains(&self.0, &new.password.to_lowercase()) {
            Ok(false) => Ok(()),
            Ok(true) => Err(broken("passwordBlacklist", "invalidPasswordBlacklistedMessage", None)),
            Err(error) => Err(Refusal::Unanswered(error.to_string())),
        }
    }
}

/// Why a list could not be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListError {
    list: String,
    reason: String,
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "password list {:?}: {}", self.list, self.reason)
    }
}

impl std::error::Error for ListError {}

/// Lists of passwords that nobody may choose.
pub trait BlackLists: Send + Sync {
    /// Whether `password`, in lower case, stands in the list.
    ///
    /// # Errors
    /// The list does not exist or cannot be read.
    fn contains(&self, list: &str, password: &str) -> Result<bool, ListError>;
}

/// A house without lists: a policy that names one takes no password.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLists;

impl BlackLists for NoLists {
    fn contains(&self, list: &str, _password: &str) -> Result<bool, ListError> {
        Err(ListError { list: list.to_owned(), reason: "no folder of lists is configured".to_owned() })
    }
}

/// Lists as files of one folder, each read at its first use.
pub struct FolderOfLists {
    folder: PathBuf,
    hasher: RandomState,
    max_lines: usize,
    read: Mutex<HashMap<String, Arc<[u64]>>>,
}

impl FolderOfLists {
    /// Lists in `folder`; nothing is read yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            hasher: RandomState::new(),
            max_lines: MAX_LINES,
            read: Mutex::new(HashMap::new()),
        }
    }

    fn fingerprints(&self, list: &str) -> std::io::Result<Arc<[u64]>> {
        // The lock is held while a list is read: two readers of the same gigabyte would help nobody.
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = read.get(list) {
            return Ok(known.clone());
        }
        let room = self.max_lines - read.values().map(|known| known.len()).sum::<usize>().min(self.max_lines);
        let fingerprints = self.load(&self.folder.join(list), room)?;
        read.insert(list.to_owned(), fingerprints.clone());
        Ok(fingerprints)
    }

    fn load(&self, path: &Path, room: usize) -> std::io::Result<Arc<[u64]>> {
        let file = File::open(path)?;
        if file.metadata()?.len() > MAX_LIST {
            return Err(std::io::Error::other(format!("longer than {MAX_LIST} bytes")));
        }
        let mut lines = BufReader::new(file.take(MAX_LIST));
        let (mut found, mut line) = (Vec::new(), Vec::new());
        while lines.read_until(b'\n', &mut line)? > 0 {
            // Lists from leaks hold lines in other encodings; such a line can be nobody's password here.
            if let Ok(text) = std::str::from_utf8(&line) {
                let text = text.trim_end_matches(['\r', '\n']);
                if !text.is_empty() {
                    if found.len() == room {
                        return Err(std::io::Error::other(format!(
                            "lists of more than {} lines in all",
                            self.max_lines
                        )));
                    }
                    found.push(self.hasher.hash_one(text.to_lowercase()));
                }
            }
            line.clear();
        }
        found.sort_unstable();
        found.dedup();
        Ok(found.into())
    }
}

impl BlackLists for FolderOfLists {
    fn contains(&self, list: &str, password: &str) -> Result<bool, ListError> {
        let known =
            self.fingerprints(list).map_err(|error| ListError { list: list.to_owned(), reason: error.to_string() })?;
        Ok(known.binary_search(&self.hasher.hash_one(password)).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_found_in_any_case_and_no_more_is_kept_than_there_is_room_for() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("short.txt"), "Password1\r\n\nhunter2\n").unwrap();
        std::fs::write(folder.path().join("long.txt"), "a\nb\nc\n").unwrap();
        std::fs::write(folder.path().join("other.txt"), "x\ny\n").unwrap();
        let lists = FolderOfLists { max_lines: 4, ..FolderOfLists::new(folder.path()) };
        assert_eq!(lists.contains("short.txt", "password1"), Ok(true));
        assert_eq!(lists.contains("short.txt", "password"), Ok(false));
        let refused = lists.contains("long.txt", "a").unwrap_err();
        assert!(refused.to_string().contains("more than 4 lines"), "{refused}");
        assert_eq!(lists.contains("other.txt", "y"), Ok(true), "there was room for this one");
        assert_eq!(lists.contains("short.txt", "hunter2"), Ok(true));
        assert!(lists.contains("missing.txt", "x").is_err());
    }
}
