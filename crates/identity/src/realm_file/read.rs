//! Paths → realm files in memory: one file, a list file, or a folder of `NAME-realm.json`, `NAME-users-N.json` and
//! `NAME-federated-users-N.json`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::fault::{At, Faults, FileFault};
use super::limits::Limits;
use super::parse::{self, USERS};
use super::placeholder::{self, Environment};
use super::{Facts, RealmFile, UserList, check};

/// Lists of users that live in another store; they are kept with the realm.
pub(crate) const FEDERATED_USERS: &str = "federatedUsers";

/// Reads and checks realm files. Nothing is written anywhere; what has a fault is not returned at all.
///
/// `paths` may name files and folders; a folder stands for its `*.json` files. Files `NAME-users-N.json` belong to
/// `NAME-realm.json` of the same folder.
///
/// # Errors
/// Every fault found, up to the limit: see [`FileFault`].
pub fn read(paths: &[PathBuf], limits: &Limits) -> Result<Vec<RealmFile>, Vec<FileFault>> {
    read_with(paths, limits, &|name| std::env::var(name).ok())
}

/// [`read`] with another environment for the placeholders.
pub(crate) fn read_with(
    paths: &[PathBuf],
    limits: &Limits,
    environment: Environment<'_>,
) -> Result<Vec<RealmFile>, Vec<FileFault>> {
    let mut faults = Faults::new(limits.faults);
    let mut files = Vec::new();
    for path in paths {
        list_files(path, limits, &mut files, &mut faults);
    }
    let mut loader = Loader { left: limits.total_bytes, limits };
    let realms = group(files, &mut faults);
    let mut read = Vec::new();
    for parts in realms {
        read_parts(&parts, limits, &mut loader, environment, &mut read, &mut faults);
    }
    let mut names = BTreeMap::new();
    for realm in &read {
        if let Some(first) = names.insert(realm.name.clone(), realm.file.clone()) {
            faults.push(FileFault::whole(&realm.file, format!("{} holds a realm of this name, too", first.display())));
        }
    }
    if read.len() > limits.realms
        && let Some(last) = read.last()
    {
        faults.push(FileFault::whole(&last.file, format!("more than {} realms in one call", limits.realms)));
    }
    if faults.is_empty() {
        for realm in &mut read {
            check::check(realm, limits, environment, &mut faults);
        }
    }
    if faults.is_empty() { Ok(read) } else { Err(faults.into_list()) }
}

/// The file as a realm made of one text, for callers that hold it already.
pub fn read_text(name: &Path, text: Vec<u8>, limits: &Limits) -> Result<Vec<RealmFile>, Vec<FileFault>> {
    let mut faults = Faults::new(limits.faults);
    let mut read = Vec::new();
    let file: Arc<Path> = Arc::from(name);
    if text.len() as u64 > limits.file_bytes {
        return Err(vec![FileFault::whole(name, too_large(limits.file_bytes))]);
    }
    take_realms(&file, text, limits, &|_| None, &mut read, &mut faults);
    if faults.is_empty() {
        for realm in &mut read {
            check::check(realm, limits, &|_| None, &mut faults);
        }
    }
    if faults.is_empty() { Ok(read) } else { Err(faults.into_list()) }
}

fn too_large(limit: u64) -> String {
    format!("is larger than the limit of {} MiB", limit / (1024 * 1024))
}

fn list_files(path: &Path, limits: &Limits, files: &mut Vec<PathBuf>, faults: &mut Faults) {
    let found = match fs::metadata(path) {
        Ok(facts) => facts,
        Err(error) => return faults.push(FileFault::whole(path, format!("cannot be read: {error}"))),
    };
    if !found.is_dir() {
        return files.push(path.to_owned());
    }
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => return faults.push(FileFault::whole(path, format!("cannot be listed: {error}"))),
    };
    let mut inside = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) if entry.path().extension().is_some_and(|e| e == "json") => inside.push(entry.path()),
            Ok(_) => {}
            Err(error) => faults.push(FileFault::whole(path, format!("cannot be listed: {error}"))),
        }
        if inside.len() + files.len() > limits.files {
            return faults.push(FileFault::whole(path, format!("holds more than {} files", limits.files)));
        }
    }
    if inside.is_empty() {
        faults.push(FileFault::whole(path, "is a folder without a .json file"));
    }
    inside.sort();
    files.extend(inside);
}

/// A realm's file with the user files that belong to it.
struct Parts {
    realm: PathBuf,
    users: Vec<(u64, PathBuf)>,
    federated: Vec<(u64, PathBuf)>,
}

enum Role {
    Realm,
    Users(String, u64),
    Federated(String, u64),
}

/// What a file is by its name, as Keycloak's export names them.
fn role(path: &Path) -> Role {
    let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
    let numbered = stem.rsplit_once('-').and_then(|(head, number)| Some((head, number.parse::<u64>().ok()?)));
    if let Some((head, number)) = numbered {
        if let Some(name) = head.strip_suffix("-federated-users") {
            return Role::Federated(name.to_owned(), number);
        }
        if let Some(name) = head.strip_suffix("-users") {
            return Role::Users(name.to_owned(), number);
        }
    }
    Role::Realm
}

fn group(files: Vec<PathBuf>, faults: &mut Faults) -> Vec<Parts> {
    let mut realms: Vec<Parts> = Vec::new();
    let mut by_name: BTreeMap<(PathBuf, String), usize> = BTreeMap::new();
    let mut rest = Vec::new();
    for path in files {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        match role(&path) {
            Role::Realm => {
                let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
                if let Some(name) = stem.strip_suffix("-realm") {
                    by_name.insert((folder, name.to_owned()), realms.len());
                }
                realms.push(Parts { realm: path, users: Vec::new(), federated: Vec::new() });
            }
            Role::Users(name, number) => rest.push((folder, name, number, path, false)),
            Role::Federated(name, number) => rest.push((folder, name, number, path, true)),
        }
    }
    for (folder, name, number, path, federated) in rest {
        let realm = by_name.get(&(folder, name.clone())).and_then(|index| realms.get_mut(*index));
        match realm {
            Some(parts) if federated => parts.federated.push((number, path)),
            Some(parts) => parts.users.push((number, path)),
            None => faults.push(FileFault::whole(
                &path,
                format!("holds users of a realm whose file {name}-realm.json is not among what is imported"),
            )),
        }
    }
    for parts in &mut realms {
        parts.users.sort();
        parts.federated.sort();
    }
    realms
}

struct Loader<'l> {
    left: u64,
    limits: &'l Limits,
}

impl Loader<'_> {
    /// The bytes of a file; one byte more than the limit is never read.
    fn load(&mut self, path: &Path) -> Result<Vec<u8>, FileFault> {
        let fail = |error: std::io::Error| FileFault::whole(path, format!("cannot be read: {error}"));
        let file = fs::File::open(path).map_err(fail)?;
        if !file.metadata().map_err(fail)?.is_file() {
            return Err(FileFault::whole(path, "is not a regular file"));
        }
        let limit = self.limits.file_bytes;
        let mut bytes = Vec::new();
        file.take(limit.min(self.left).saturating_add(1)).read_to_end(&mut bytes).map_err(fail)?;
        let length = bytes.len() as u64;
        if length > limit {
            return Err(FileFault::whole(path, too_large(limit)));
        }
        match self.left.checked_sub(length) {
            Some(left) => self.left = left,
            None => return Err(FileFault::whole(path, "the files together are larger than the limit")),
        }
        Ok(bytes)
    }
}

fn read_parts(
    parts: &Parts,
    limits: &Limits,
    loader: &mut Loader<'_>,
    environment: Environment<'_>,
    read: &mut Vec<RealmFile>,
    faults: &mut Faults,
) {
    let file: Arc<Path> = Arc::from(parts.realm.as_path());
    let first = read.len();
    match loader.load(&file) {
        Ok(text) => take_realms(&file, text, limits, environment, read, faults),
        Err(fault) => return faults.push(fault),
    }
    if parts.users.is_empty() && parts.federated.is_empty() {
        return;
    }
    if read.len() > first + 1 {
        return faults.push(FileFault::whole(&file, "holds several realms, so files of users cannot belong to it"));
    }
    let Some(realm) = read.get_mut(first) else { return };
    for (list, federated) in [(&parts.users, false), (&parts.federated, true)] {
        for (_, path) in list {
            match loader.load(path) {
                Ok(text) => take_users(realm, path, text, federated, limits, faults),
                Err(fault) => faults.push(fault),
            }
        }
    }
}

fn take_realms(
    file: &Arc<Path>,
    text: Vec<u8>,
    limits: &Limits,
    environment: Environment<'_>,
    read: &mut Vec<RealmFile>,
    faults: &mut Faults,
) {
    let text = Arc::new(without_mark(text));
    if text.iter().all(u8::is_ascii_whitespace) {
        return faults.push(FileFault::whole(file, "is empty"));
    }
    let documents = match parse::documents(&text, limits.document_values, limits.realms) {
        Ok(documents) => documents,
        Err(broken) => {
            return faults.push(FileFault { file: file.to_path_buf(), pointer: broken.pointer, reason: broken.reason });
        }
    };
    if documents.is_empty() {
        return faults.push(FileFault::whole(file, "is a list without a realm"));
    }
    let is_list = text.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'[');
    for (index, document) in documents.into_iter().enumerate() {
        let element = is_list.then_some(index);
        let mut members = document.members;
        placeholder::replace_all(&mut members, environment);
        let root = At::Root;
        let item = root.item(index);
        let base = if is_list { item } else { root };
        let Some(Value::String(name)) = members.get("realm") else {
            let reason = if members.contains_key("realm") { "must be text" } else { "the realm has no name" };
            faults.add(file, &base.member("realm"), reason);
            continue;
        };
        let name = name.clone();
        let mut users = Vec::new();
        if document.has_users {
            users.push(UserList { file: file.clone(), text: text.clone(), element });
        }
        read.push(RealmFile {
            name,
            file: file.clone(),
            element,
            document: members,
            default_role: None,
            users,
            facts: Facts::default(),
        });
    }
}

fn take_users(
    realm: &mut RealmFile,
    path: &Path,
    text: Vec<u8>,
    federated: bool,
    limits: &Limits,
    faults: &mut Faults,
) {
    let text = without_mark(text);
    let broken = |b: parse::Broken| FileFault { file: path.to_owned(), pointer: b.pointer, reason: b.reason };
    let mut documents = match parse::documents(&text, limits.document_values, 1) {
        Ok(documents) => documents,
        Err(b) => return faults.push(broken(b)),
    };
    let (Some(document), true) = (documents.pop(), documents.is_empty()) else {
        return faults.push(FileFault::whole(path, "must be one object with a list of users"));
    };
    if let Some(named) = document.members.get("realm")
        && named.as_str() != Some(&realm.name)
    {
        faults.add(path, &At::Root.member("realm"), "names another realm than the file that it belongs to");
    }
    if document.has_users {
        realm.users.push(UserList { file: Arc::from(path), text: Arc::new(text), element: None });
    }
    if federated {
        keep_federated(&mut realm.document, document.members, path, faults);
    }
}

fn keep_federated(
    document: &mut Map<String, Value>,
    mut members: Map<String, Value>,
    path: &Path,
    faults: &mut Faults,
) {
    match members.remove(FEDERATED_USERS) {
        None | Some(Value::Null) => {}
        Some(Value::Array(more)) => {
            let kept = document.entry(FEDERATED_USERS).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(list) = kept {
                list.extend(more);
            }
        }
        Some(_) => faults.add(path, &At::Root.member(FEDERATED_USERS), "must be a list"),
    }
}

/// Without the byte order mark that some editors put in front (RFC 8259 section 8.1 lets a reader pass over it).
fn without_mark(mut text: Vec<u8>) -> Vec<u8> {
    if text.starts_with(b"\xef\xbb\xbf") {
        text.drain(..3);
    }
    text
}

impl UserList {
    /// Shows each user of the list in order; `look` answers whether to go on.
    pub(crate) fn each(&self, limits: u64, look: &mut dyn FnMut(usize, Value) -> bool) -> Result<(), FileFault> {
        parse::each_item(&self.text, self.element, USERS, limits, look).map_err(|broken| FileFault {
            file: self.file.to_path_buf(),
            pointer: broken.pointer,
            reason: broken.reason,
        })
    }
}
