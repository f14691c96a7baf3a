//! The kinds of request of Portreeve that are measured.

use std::{path::Path, thread, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::{
    Options,
    calibrate::Calibration,
    load::{self, Requests, Seen},
    process::Server,
    report::{Row, Table},
};

const DOOR: &str = "/realms/bench/protocol/docker-v2/auth";
const SCOPE: &str = "scope=repository%3Aapp%2Fweb%3Apull";
const STATEMENTS: &str = "portreeve_sql_statements_total";
/// As many as the realm file holds: a connection each, so that no two log-ins of the load share one hash.
const USERS: usize = 512;

fn basic(user: usize) -> String {
    let credentials = STANDARD.encode(format!("user-{user}:password-{user}"));
    format!("Authorization: Basic {credentials}\r\n")
}

/// A realm with as many users as connections, their passwords typed in plain as Keycloak's import accepts them.
fn realm_file(folder: &Path) -> std::path::PathBuf {
    let users: Vec<Value> = (0..USERS)
        .map(|n| {
            serde_json::json!({"username": format!("user-{n}"), "enabled": true,
                "credentials": [{"type": "password", "value": format!("password-{n}")}]})
        })
        .collect();
    let rule = |name: &str, subject: &str, pattern: &str, actions: &str| {
        serde_json::json!({"name": name, "protocol": "docker-v2", "protocolMapper": "docker-v2-access-rule",
            "config": {"subject": subject, "name": pattern, "actions": actions}})
    };
    let realm = serde_json::json!({
        "realm": "bench", "enabled": true, "sslRequired": "none", "eventsEnabled": true, "accessTokenLifespan": 300,
        "clients": [{"clientId": "registry", "protocol": "docker-v2", "enabled": true,
            "attributes": {"docker.signature.algorithm": "ES256", "docker.identity.tokens": "true"},
            "protocolMappers": [rule("members", "authenticated", "**", "pull,push"), rule("public", "anyone", "public/**", "pull")]}],
        "users": users,
    });
    let path = folder.join("bench.json");
    std::fs::write(&path, realm.to_string()).expect("the realm file is written");
    path
}

struct Bench<'a> {
    server: &'a Server,
    span: Duration,
    table: &'a mut Table,
}

impl Bench<'_> {
    fn measure(&mut self, what: &str, connections: usize, against: (&'static str, f64), requests: Requests) {
        let (cpu, statements) = (self.server.cpu(), self.server.metric(STATEMENTS));
        let seen = load::drive(self.server.port, connections, self.span, requests);
        let row = self.row(what, &seen, cpu, statements, against);
        self.table.row(row);
    }

    fn row(&self, what: &str, seen: &Seen, cpu: f64, statements: f64, against: (&'static str, f64)) -> Row {
        let mut row = Row::of(what, seen, self.server.cpu() - cpu, self.server.resident(), against);
        row.statements = Some((self.server.metric(STATEMENTS) - statements) / seen.requests.max(1) as f64);
        row
    }
}

fn identity_token(server: &Server) -> String {
    let path = format!("{DOOR}?service=registry&client_id=docker&offline_token=true&account=user-0");
    let (status, body) = load::once(server.port, &load::get(&path, &basic(0))).expect("the server answers");
    assert_eq!(status, 200, "{body}");
    let answer: Value = serde_json::from_str(&body).expect("a JSON answer");
    answer["refresh_token"].as_str().expect("an identity token was asked for").to_owned()
}

pub(crate) fn run(options: &Options, calibration: &Calibration, table: &mut Table) {
    let span = Duration::from_secs(options.seconds);
    let floor = ("sign + hello", calibration.floor());
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&options.binary, &realm_file(folder.path()));
    // The threads that hashed the file's passwords give their memory back after two seconds without work.
    thread::sleep(Duration::from_secs(4));
    table.fact("resident memory after a first start with an import", server.resident(), "MiB");

    let token = identity_token(&server);
    let refresh = load::post(
        DOOR,
        &format!("grant_type=refresh_token&service=registry&client_id=docker&{SCOPE}&refresh_token={token}"),
    );
    let password = |user: usize| load::get(&format!("{DOOR}?service=registry&{SCOPE}"), &basic(user));
    let mut bench = Bench { server: &server, span, table };
    let connections = options.connections;
    bench.measure(
        "JWKS",
        connections,
        ("hello", calibration.hello),
        Requests::same(200, load::get("/realms/bench/protocol/docker-v2/certs", "")),
    );
    bench.measure("docker token, identity token, ES256", connections, floor, Requests::same(200, refresh.clone()));
    bench.measure(
        "docker token, anonymous, ES256",
        connections,
        floor,
        Requests::same(200, load::get(&format!("{DOOR}?service=registry&scope=repository%3Apublic%2Fapp%3Apull"), "")),
    );
    bench.measure(
        "docker token, password, ES256",
        8,
        ("argon2id", calibration.hash),
        Requests { expected: 200, of: Box::new(password), patient: false },
    );

    // The hash queue is kept full by many people logging in at once, who come back when they are told to, while a few connections
    // use identity tokens.
    let port = server.port;
    let (cpu, statements) = (server.cpu(), server.metric(STATEMENTS));
    let hashes = thread::spawn(move || {
        let of = Box::new(move |n: usize| load::get(&format!("{DOOR}?service=registry&{SCOPE}"), &basic(n)));
        load::drive(port, USERS, span, Requests { expected: 200, of, patient: true })
    });
    let seen = load::drive(port, 4, span, Requests::same(200, refresh.clone()));
    let busy = hashes.join().expect("the load of log-ins ends");
    let bench = Bench { server: &server, span, table };
    let mut row = bench.row("identity token while the hash queue is full", &seen, cpu, statements, floor);
    // The CPU of this row is mostly the hashing beside it.
    row.cpu = None;
    row.statements = None;
    table.row(row);
    table.fact("log-ins asked for meanwhile", busy.requests as f64, "");
    table.fact("of them answered 503 with Retry-After", busy.unexpected as f64, "");
    table.fact("resident memory after the load", server.resident(), "MiB");

    let (server, elapsed) = server.restart(&options.binary, &refresh);
    table.fact("start on an existing database to the first token", elapsed.as_secs_f64() * 1000.0, "ms");
    thread::sleep(Duration::from_secs(4));
    table.fact("resident memory when idle", server.resident(), "MiB");
}
