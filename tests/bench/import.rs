//! Bringing a large realm in: people who have been elsewhere before, so that their passwords come as hashes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{process, report::Table};

const USERS: usize = 100_000;
const GROUPS: usize = 20;

/// Measures the import into SQLite, and into an empty database of PostgreSQL where one is named.
pub(crate) fn run(binary: &Path, postgres: Option<&str>, table: &mut Table) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = realm_file(folder.path());
    measure("SQLite", binary, &file, None, table);
    if let Some(url) = postgres {
        // What the database server itself computes is in the first figure alone.
        measure("PostgreSQL", binary, &file, Some(url), table);
    }
}

fn measure(database: &str, binary: &Path, file: &Path, postgres: Option<&str>, table: &mut Table) {
    let data = tempfile::tempdir().expect("a data folder");
    let mut command = Command::new(binary);
    command.arg("import").arg(file).arg("--data-dir").arg(data.path()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Some(url) = postgres {
        command.env("PORTREEVE_DATABASE_URL", url);
    }
    let start = Instant::now();
    let mut child = command.spawn().unwrap_or_else(|e| panic!("{}: {e}", binary.display()));
    let (cpu, resident) = watch(&mut child);
    let elapsed = start.elapsed().as_secs_f64();
    table.fact(&format!("import of {USERS} users with hashes into {database}"), elapsed, "s");
    table.fact(&format!("import of {USERS} users with hashes into {database}"), cpu, "s CPU");
    table.fact(&format!("import of {USERS} users with hashes into {database}"), resident, "MiB at most");
}

/// Waits for the end of an import that must succeed; gives its processor seconds and its memory at the most.
fn watch(child: &mut Child) -> (f64, f64) {
    let (mut cpu, mut resident) = (0.0_f64, 0.0_f64);
    loop {
        // Read before asking: of a process that has ended nothing can be read any more.
        cpu = cpu.max(process::cpu_with_ended_threads(child.id()));
        resident = resident.max(process::resident_of(child.id()));
        if let Some(status) = child.try_wait().expect("the import can be asked") {
            assert!(status.success(), "the import failed: {status}");
            return (cpu, resident);
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn realm_file(folder: &Path) -> PathBuf {
    let credential = json!({"hashIterations": 5, "algorithm": "argon2", "additionalParameters":
        {"hashLength": ["32"], "memory": ["7168"], "type": ["id"], "version": ["1.3"], "parallelism": ["1"]}});
    let users: Vec<Value> = (0..USERS)
        .map(|n| {
            let bytes: Vec<u8> = (0..48).map(|place: usize| (n >> (place % 3 * 8)) as u8 ^ place as u8).collect();
            let (hash, salt) = bytes.split_at(32);
            let secret = json!({"value": STANDARD.encode(hash), "salt": STANDARD.encode(salt), "additionalParameters": {}});
            json!({
                "username": format!("user-{n:06}"), "email": format!("user-{n:06}@example.org"), "enabled": true,
                "firstName": format!("First {n}"), "lastName": format!("Last {n}"), "createdTimestamp": 1_700_000_000_000_i64,
                "attributes": {"department": [format!("d{}", n % 50)], "number": [n.to_string()]},
                "realmRoles": ["default-roles-many"], "groups": [format!("/g{}", n % GROUPS)],
                "credentials": [{"type": "password", "createdDate": 1_700_000_000_000_i64,
                    "credentialData": credential.to_string(), "secretData": secret.to_string()}],
            })
        })
        .collect();
    let groups: Vec<Value> = (0..GROUPS).map(|n| json!({"name": format!("g{n}")})).collect();
    let path = folder.join("many.json");
    let realm = json!({"realm": "many", "enabled": true, "groups": groups, "users": users});
    fs::write(&path, realm.to_string()).expect("the realm file is written");
    path
}
