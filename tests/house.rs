//! The rules of the house that a reader of manifests can check: who may import whom, and who may name which library.
//!
//! Floors are those of `docs/architecture.md`. A crate imports only from lower floors, never sideways.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking, and its message is the report"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Every crate of ours and the floor it stands on.
const FLOORS: &[(&str, u8)] = &[
    ("portreeve-crypto", 0),
    ("portreeve-migrations", 0),
    ("portreeve-identity", 1),
    ("portreeve-outbound", 1),
    ("portreeve-theme", 1),
    ("portreeve-flow", 2),
    ("portreeve-mail", 2),
    ("portreeve-protocol", 2),
    ("portreeve-protocol-docker", 3),
    ("portreeve-protocol-oidc", 3),
    ("portreeve-login", 3),
    ("portreeve-admin", 3),
    ("portreeve-admin-api", 4),
    ("portreeve", 5),
    ("portreeve-tests", 6),
];

/// Libraries that stand behind one door, and the crates that are that door.
const DOORS: &[(&str, &[&str])] = &[
    ("sea-orm", &["portreeve-identity"]),
    ("sea-orm-migration", &["portreeve-migrations", "portreeve-identity"]),
    ("sqlx", &["portreeve-identity"]),
    ("argon2", &["portreeve-crypto"]),
    ("jsonwebtoken", &["portreeve-crypto"]),
    ("aws-lc-rs", &["portreeve-crypto"]),
    ("rcgen", &["portreeve-crypto"]),
];

struct Manifest {
    path: PathBuf,
    name: String,
    normal: BTreeSet<String>,
    dev: BTreeSet<String>,
    lints_from_workspace: bool,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests crate has a parent").to_path_buf()
}

fn read_toml(path: &Path) -> toml::Table {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Dependency names as crates.io (or our workspace) knows them, whatever alias the code uses.
fn dependencies(table: Option<&toml::Value>, aliases: &BTreeMap<String, String>) -> BTreeSet<String> {
    let Some(toml::Value::Table(table)) = table else { return BTreeSet::new() };
    table
        .iter()
        .map(|(key, value)| {
            let package = value.get("package").and_then(toml::Value::as_str);
            package.map_or_else(|| aliases.get(key).cloned().unwrap_or_else(|| key.clone()), str::to_owned)
        })
        .collect()
}

fn manifests() -> Vec<Manifest> {
    let root = root();
    let workspace = read_toml(&root.join("Cargo.toml"));
    let aliases: BTreeMap<String, String> = workspace["workspace"]["dependencies"]
        .as_table()
        .expect("workspace.dependencies is a table")
        .iter()
        .filter_map(|(key, value)| Some((key.clone(), value.get("package")?.as_str()?.to_owned())))
        .collect();
    let mut paths = vec![root.join("migrations/Cargo.toml"), root.join("tests/Cargo.toml")];
    for entry in fs::read_dir(root.join("crates")).expect("crates/ is readable") {
        paths.push(entry.expect("a readable entry").path().join("Cargo.toml"));
    }
    paths
        .into_iter()
        .map(|path| {
            let table = read_toml(&path);
            let mut normal = dependencies(table.get("dependencies"), &aliases);
            normal.extend(dependencies(table.get("build-dependencies"), &aliases));
            Manifest {
                name: table["package"]["name"].as_str().expect("a package name").to_owned(),
                normal,
                dev: dependencies(table.get("dev-dependencies"), &aliases),
                lints_from_workspace: table
                    .get("lints")
                    .and_then(|l| l.get("workspace"))
                    .and_then(toml::Value::as_bool)
                    == Some(true),
                path,
            }
        })
        .collect()
}

fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(known, _)| *known == name).map(|(_, floor)| *floor)
}

/// What stands on the wrong floor, as sentences.
fn breaches(manifests: &[Manifest]) -> Vec<String> {
    let mut found = Vec::new();
    for manifest in manifests {
        let Some(own) = floor(&manifest.name) else {
            found.push(format!("{} has no floor: give it one here and in docs/architecture.md", manifest.name));
            continue;
        };
        for dependency in manifest.normal.iter().chain(&manifest.dev) {
            if let Some(other) = floor(dependency)
                && other >= own
                && *dependency != manifest.name
            {
                found.push(format!("{} (floor {own}) imports {dependency} (floor {other})", manifest.name));
            }
        }
        for (library, doors) in DOORS {
            // The tests crate may check our work with an independent reader of it.
            if manifest.normal.contains(*library) && !doors.contains(&manifest.name.as_str()) {
                found.push(format!("{} names {library}, which only {doors:?} may", manifest.name));
            }
        }
    }
    found
}

#[test]
fn crates_import_only_from_lower_floors() {
    assert_eq!(breaches(&manifests()), Vec::<String>::new());
}

#[test]
fn a_breach_of_the_floors_is_seen() {
    let breach = |name: &str, dependency: &str| {
        breaches(&[Manifest {
            path: PathBuf::new(),
            name: name.to_owned(),
            normal: BTreeSet::from([dependency.to_owned()]),
            dev: BTreeSet::new(),
            lints_from_workspace: true,
        }])
        .len()
    };
    assert_eq!(breach("portreeve-identity", "portreeve-protocol"), 1, "upwards");
    assert_eq!(breach("portreeve-crypto", "portreeve-migrations"), 1, "sideways");
    assert_eq!(breach("portreeve-protocol-docker", "sea-orm"), 1, "through another's door");
    assert_eq!(breach("portreeve-unheard-of", "serde"), 1, "without a floor");
    assert_eq!(breach("portreeve-identity", "portreeve-crypto"), 0);
}

#[test]
fn every_crate_takes_its_lints_from_the_workspace() {
    for manifest in manifests() {
        assert!(manifest.lints_from_workspace, "{}", manifest.path.display());
    }
}

/// A crate's first lines say what it owns, what it does not own, and its floor.
#[test]
fn every_crate_says_what_it_owns() {
    for manifest in manifests() {
        let folder = manifest.path.parent().expect("a manifest lies in a folder");
        let Ok(text) = fs::read_to_string(folder.join("src/lib.rs")) else { continue };
        let head: String = text.lines().take_while(|line| line.starts_with("//!")).collect::<Vec<_>>().join("\n");
        for word in ["Owns", "Does not own", "Floor"] {
            assert!(head.contains(word), "{}: its head does not say `{word}`", folder.display());
        }
    }
}

/// One cryptography provider, and none of the libraries that would bring another TLS stack or a timing-prone RSA (RUSTSEC-2023-0071).
#[test]
fn nothing_builds_a_second_tls_or_rsa() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--edges", "normal,build", "--prefix", "none", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8_lossy(&tree.stdout);
    let names: BTreeSet<&str> = text.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains("aws-lc-rs"), "the tree is read at all");
    for banned in ["openssl", "openssl-sys", "native-tls", "ring", "rsa"] {
        assert!(
            !names.contains(banned),
            "{banned} is built: find who brings it with `cargo tree --workspace -i {banned}`"
        );
    }
}

/// Every library we name has its reason written down.
#[test]
fn every_dependency_has_its_reason() {
    let page = fs::read_to_string(root().join("docs/dependencies.md")).expect("docs/dependencies.md");
    let workspace = read_toml(&root().join("Cargo.toml"));
    for (name, value) in workspace["workspace"]["dependencies"].as_table().expect("a table") {
        if value.get("path").is_none() {
            assert!(page.contains(&format!("`{name}`")), "docs/dependencies.md does not say why `{name}` is here");
        }
    }
}
