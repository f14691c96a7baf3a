//! Realm files through the store and back.

mod faults;
mod harbour;
mod mutated;
mod small;
mod strategies;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{
    ClientBirth, ImportOutcome, Limits, NoProgress, RealmFile, RealmMember, RealmMemberKind, Report, Strategy, read,
    read_text,
};
use crate::testing::TestStore;
use crate::{FieldFault, Identity, Mapper, MapperSeed};

/// A plugin's word on clients: serves `docker-v2` alone, and dislikes one attribute.
struct Births;

impl ClientBirth for Births {
    fn realm_members(&self) -> Vec<RealmMember> {
        vec![RealmMember { name: "pierFlow", kind: RealmMemberKind::Flow, authenticators: &["pier-bell"] }]
    }

    fn mappers(&self, protocol: &str) -> Vec<MapperSeed> {
        if protocol != "docker-v2" {
            return Vec::new();
        }
        vec![MapperSeed {
            name: "born".to_owned(),
            mapper: "docker-v2-allow-all-mapper".to_owned(),
            protocol: protocol.to_owned(),
            config: BTreeMap::new(),
        }]
    }

    fn knows_protocol(&self, protocol: &str) -> bool {
        protocol == "docker-v2"
    }

    fn check_client(&self, _: &str, attributes: &BTreeMap<String, String>, _: &[Mapper]) -> Vec<FieldFault> {
        match attributes.get("bad") {
            Some(_) => vec![FieldFault { field: "bad".to_owned(), reason: "is bad".to_owned() }],
            None => Vec::new(),
        }
    }
}

/// A copy of what a real Keycloak 26 exported.
fn exported(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/realms/keycloak-26").join(name)
}

fn read_one(path: PathBuf) -> RealmFile {
    let mut realms = read(&[path], &Limits::default()).unwrap();
    assert_eq!(realms.len(), 1);
    realms.remove(0)
}

fn text(value: &Value) -> RealmFile {
    let mut realms = read_text(Path::new("file.json"), value.to_string().into_bytes(), &Limits::default()).unwrap();
    realms.remove(0)
}

/// Every fault of a file, as lines.
fn faults(value: &Value) -> Vec<String> {
    let read = read_text(Path::new("f"), value.to_string().into_bytes(), &Limits::default());
    read.err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

async fn import(identity: &Identity, file: RealmFile) -> Report {
    match identity.import_realm(file, Strategy::Fail, &Births, &NoProgress).await.unwrap() {
        ImportOutcome::Imported(report) => report,
        ImportOutcome::Skipped => panic!("skipped"),
    }
}

async fn export(identity: &Identity, name: &str) -> Value {
    let mut bytes = Vec::new();
    let report = identity.export_realm(name, true, &mut bytes, &NoProgress).await.unwrap();
    assert_eq!(report.bytes, bytes.len() as u64);
    serde_json::from_slice(&bytes).unwrap()
}

/// Where two values differ, as pointers; nothing when they are equal key for key.
fn differences(left: &Value, right: &Value) -> Vec<String> {
    fn walk(left: &Value, right: &Value, at: &str, out: &mut Vec<String>) {
        match (left, right) {
            (Value::Object(l), Value::Object(r)) => {
                for (name, value) in l {
                    match r.get(name) {
                        Some(other) => walk(value, other, &format!("{at}/{name}"), out),
                        None => out.push(format!("{at}/{name} is missing right")),
                    }
                }
                out.extend(
                    r.keys().filter(|name| !l.contains_key(*name)).map(|name| format!("{at}/{name} is missing left")),
                );
            }
            (Value::Array(l), Value::Array(r)) if l.len() == r.len() => {
                for (index, (l, r)) in l.iter().zip(r).enumerate() {
                    walk(l, r, &format!("{at}/{index}"), out);
                }
            }
            _ if left == right => {}
            _ => out.push(format!("{at}: {left} != {right}")),
        }
    }
    let mut out = Vec::new();
    walk(left, right, "", &mut out);
    out
}

/// The least that a realm file needs.
fn least() -> Value {
    json!({"realm": "small", "enabled": true})
}

/// Rows of a table, whatever realm they are of.
async fn count(store: &TestStore, table: &str) -> i64 {
    use sea_orm::{ConnectionTrait, Statement};
    let on = store.identity.store().reader();
    let text = format!("SELECT count(*) AS n FROM {table}");
    let row = on.query_one_raw(Statement::from_string(on.get_database_backend(), text)).await.unwrap().unwrap();
    row.try_get::<i64>("", "n").unwrap()
}
