//! The same docker token from a real Keycloak, measured in the same run.
//!
//! Keycloak is started from an unpacked distribution with its docker feature on; its realm is made through its own admin REST API.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    load::{self, Requests},
    process,
    report::{Row, Table},
};

/// How long it may take to start: a quarter of a minute on a quiet machine, several on one that compiles beside.
const START: Duration = Duration::from_mins(10);
const DOOR: &str = "/realms/bench/protocol/docker-v2/auth";

/// A call of the admin REST API with a JSON body.
fn admin(port: u16, token: &str, path: &str, body: &Value) {
    let body = body.to_string();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let (status, answer) = load::once(port, request.as_bytes()).expect("Keycloak answers");
    assert_eq!(status, 201, "{path}: {answer}");
}

pub(crate) fn run(folder: &Path, span: Duration, table: &mut Table) {
    let (port, management) = (process::free_port(), process::free_port());
    let start = Instant::now();
    let mut server = Ended(
        Command::new(folder.join("bin/kc.sh"))
            .args(["start-dev", "--features=docker"])
            .args([format!("--http-port={port}"), format!("--http-management-port={management}")])
            .env("KC_BOOTSTRAP_ADMIN_USERNAME", "admin")
            .env("KC_BOOTSTRAP_ADMIN_PASSWORD", "admin")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Keycloak starts"),
    );
    let child = &mut server.0;
    process::wait_for(port, child, START);
    let login = load::post(
        "/realms/master/protocol/openid-connect/token",
        "grant_type=password&client_id=admin-cli&username=admin&password=admin",
    );
    let token = loop {
        if let Ok((200, body)) = load::once(port, &login) {
            let answer: Value = serde_json::from_str(&body).unwrap_or_default();
            if let Some(token) = answer["access_token"].as_str() {
                break token.to_owned();
            }
        }
        assert!(start.elapsed() < START, "Keycloak gives its admin no token");
        std::thread::sleep(Duration::from_millis(50));
    };
    table.fact("Keycloak: start to the first token", start.elapsed().as_secs_f64() * 1000.0, "ms");
    let users: Vec<Value> = (0..8)
        .map(|n| {
            json!({"username": format!("user-{n}"), "enabled": true, "email": format!("user-{n}@example.org"), "firstName": "U", "lastName": "X",
                "credentials": [{"type": "password", "value": format!("password-{n}")}]})
        })
        .collect();
    admin(
        port,
        &token,
        "/admin/realms",
        &json!({"realm": "bench", "enabled": true, "sslRequired": "none", "users": users,
        "clients": [{"clientId": "registry", "protocol": "docker-v2", "enabled": true}]}),
    );
    let pid = java_of(child.id());
    let requests = || Requests {
        expected: 200,
        patient: false,
        of: Box::new(|n| {
            let credentials = STANDARD.encode(format!("user-{n}:password-{n}"));
            load::get(
                &format!("{DOOR}?service=registry&scope=repository%3Aapp%2Fweb%3Apull"),
                &format!("Authorization: Basic {credentials}\r\n"),
            )
        }),
    };
    // Its compiler has to warm up before a figure is fair.
    load::drive(port, 8, span * 2, requests());
    let cpu = process::cpu_of(pid);
    let seen = load::drive(port, 8, span, requests());
    table.row(Row::of(
        "Keycloak: docker token, password, RS256",
        &seen,
        process::cpu_of(pid) - cpu,
        process::resident_of(pid),
        ("itself", 1.0),
    ));
}

/// Ends it however the measurement ends.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(java_of(self.0.id()).to_string()).status();
        let _ = self.0.wait();
    }
}

/// `kc.sh` replaces itself by java in some releases and starts a child in others.
fn java_of(pid: u32) -> u32 {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    children.split_whitespace().next().and_then(|child| child.parse().ok()).unwrap_or(pid)
}
