//! The operations of Keycloak's own description of its interface (OpenAPI, 26.6), and which of them are served here.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::Entry;

/// Sections (`# name`) and operations (`METHOD path`).
const ALL: &str = include_str!("operations.txt");

/// One operation of Keycloak's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// Under which heading Keycloak has it.
    pub section: &'static str,
    /// Its method.
    pub method: &'static str,
    /// Its path, parameters in braces.
    pub path: &'static str,
}

/// All of them, in Keycloak's order.
pub fn all() -> impl Iterator<Item = Operation> {
    let mut section = "";
    ALL.lines().filter_map(move |line| {
        if let Some(name) = line.strip_prefix("# ") {
            section = name;
            return None;
        }
        let (method, path) = line.split_once(' ')?;
        Some(Operation { section, method, path })
    })
}

/// A route for comparing: what a parameter is called says nothing.
fn key(method: &str, path: &str) -> String {
    let mut key = format!("{method} ");
    for segment in path.split('/').skip(1) {
        key.push('/');
        key.push_str(if segment.starts_with('{') { "{}" } else { segment });
    }
    key
}

/// The page about the operations, made from the routes.
#[must_use]
pub fn page(entries: &[Entry]) -> String {
    let served: BTreeSet<String> =
        entries.iter().map(|entry| key(entry.method.as_str(), &format!("/admin{}", entry.path))).collect();
    let known: BTreeSet<String> = all().map(|operation| key(operation.method, operation.path)).collect();
    let is_done = |operation: &Operation| served.contains(&key(operation.method, operation.path));
    let (mut done, mut total) = (0, 0);
    for operation in all() {
        total += 1;
        done += usize::from(is_done(&operation));
    }
    let mut page = format!(
        "# Admin REST API: which operations there are\n\n\
         Made from the table of routes by a test (`UPDATE_DOCS=1 cargo test -p portreeve-admin-api --test docs`), and kept true by it.\n\
         The list is that of Keycloak 26.6's OpenAPI document: **{done} of {total} done**.\n"
    );
    let mut section = "";
    for operation in all() {
        if operation.section != section {
            section = operation.section;
            let of_section = || all().filter(|one| one.section == section);
            // Writing to a String cannot fail.
            let _ = write!(
                page,
                "\n## {section} ({} of {})\n\n| operation | |\n|---|---|\n",
                of_section().filter(is_done).count(),
                of_section().count()
            );
        }
        let mark = if is_done(&operation) { "done" } else { "not yet" };
        let _ = writeln!(page, "| {} `{}` | {mark} |", operation.method, operation.path);
    }
    let mut others: Vec<String> = entries
        .iter()
        .filter(|entry| !known.contains(&key(entry.method.as_str(), &format!("/admin{}", entry.path))))
        .map(|entry| format!("| {} `/admin{}` |", entry.method, entry.path))
        .collect();
    others.sort();
    let _ = write!(page, "\n## Besides\n\nNot in that document; tools call them.\n\n| operation |\n|---|\n");
    for other in others {
        let _ = writeln!(page, "{other}");
    }
    page
}
