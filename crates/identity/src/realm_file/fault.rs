//! What is wrong with a realm file, said so that a person finds the place: file, JSON pointer (RFC 6901), reason.

use std::fmt;
use std::path::{Path, PathBuf};

/// One fault of a realm file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    /// The file that holds it.
    pub file: PathBuf,
    /// Where in the file: a JSON pointer; empty for the file as a whole.
    pub pointer: String,
    /// What is wrong, in words. Never a secret value of the file.
    pub reason: String,
}

impl FileFault {
    pub(crate) fn whole(file: &Path, reason: impl Into<String>) -> FileFault {
        FileFault { file: file.to_owned(), pointer: String::new(), reason: reason.into() }
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() { "/" } else { &self.pointer };
        write!(f, "{}: {}: {}", self.file.display(), pointer, self.reason)
    }
}

/// A place in a document, kept on the stack: nothing is allocated until a fault is written down.
#[derive(Clone, Copy)]
pub(crate) enum At<'a> {
    Root,
    Member(&'a At<'a>, &'a str),
    Item(&'a At<'a>, usize),
}

impl<'a> At<'a> {
    pub(crate) fn member(&'a self, name: &'a str) -> At<'a> {
        At::Member(self, name)
    }

    pub(crate) fn item(&'a self, index: usize) -> At<'a> {
        At::Item(self, index)
    }

    fn write(&self, out: &mut String) {
        match self {
            At::Root => {}
            At::Member(parent, name) => {
                parent.write(out);
                push_member(out, name);
            }
            At::Item(parent, index) => {
                parent.write(out);
                out.push('/');
                out.push_str(&index.to_string());
            }
        }
    }

    pub(crate) fn pointer(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }
}

/// Longest member name that a pointer repeats; a file's names are a stranger's text.
const SHOWN_CHARACTERS: usize = 120;

/// RFC 6901 section 3: `~` and `/` inside a name are written `~0` and `~1`. Control characters are shown as escapes,
/// because the pointer goes to a terminal.
pub(crate) fn push_member(out: &mut String, name: &str) {
    out.push('/');
    for (count, c) in name.chars().enumerate() {
        if count == SHOWN_CHARACTERS {
            out.push('…');
            return;
        }
        match c {
            '~' => out.push_str("~0"),
            '/' => out.push_str("~1"),
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
}

/// A name of the file as a reason may show it: quoted, without control characters, cut when long.
pub(crate) fn quoted(name: &str) -> String {
    let mut shown: String = name.chars().take(SHOWN_CHARACTERS).collect();
    if shown.len() < name.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

/// Collects faults up to a limit and counts the rest: a file of nonsense must not fill the memory with complaints.
pub(crate) struct Faults {
    list: Vec<FileFault>,
    most: usize,
    left_out: u64,
}

impl Faults {
    pub(crate) fn new(most: usize) -> Faults {
        Faults { list: Vec::new(), most, left_out: 0 }
    }

    pub(crate) fn add(&mut self, file: &Path, at: &At<'_>, reason: impl Into<String>) {
        if self.list.len() >= self.most {
            self.left_out += 1;
            return;
        }
        self.push(FileFault { file: file.to_owned(), pointer: at.pointer(), reason: reason.into() });
    }

    pub(crate) fn push(&mut self, mut fault: FileFault) {
        if self.list.len() >= self.most {
            self.left_out += 1;
            return;
        }
        // A library's words may repeat text of the file; a fault is one line on a terminal.
        if fault.reason.contains(char::is_control) {
            fault.reason = fault.reason.replace(char::is_control, " ");
        }
        self.list.push(fault);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn into_list(self) -> Vec<FileFault> {
        let mut list = self.list;
        if self.left_out > 0
            && let Some(last) = list.last()
        {
            let file = last.file.clone();
            list.push(FileFault::whole(&file, format!("{} more faults are left out", self.left_out)));
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_reads_as_file_pointer_reason() {
        let mut faults = Faults::new(10);
        let users = At::Root.member("users");
        let user = users.item(3);
        faults.add(Path::new("a-realm.json"), &user.member("a/b~c\u{1b}"), "must be text");
        let list = faults.into_list();
        assert_eq!(list[0].to_string(), "a-realm.json: /users/3/a~1b~0c\\u{1b}: must be text");
        assert_eq!(FileFault::whole(Path::new("x"), "is empty").to_string(), "x: /: is empty");
    }

    #[test]
    fn faults_beyond_the_limit_are_counted() {
        let mut faults = Faults::new(2);
        for _ in 0..5 {
            faults.add(Path::new("x"), &At::Root, "no");
        }
        let list = faults.into_list();
        assert_eq!(list.len(), 3);
        assert_eq!(list[2].reason, "3 more faults are left out");
    }
}
