//! Every setting the process has, in the order in which `config example` shows them.

/// How a setting's value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One word or path.
    Text,
    /// A whole number.
    Number,
    /// Several values: an array in the file, comma-separated in the environment, a repeated flag.
    List,
    /// Never shown; may also come from the file that `<name>_file` names.
    Secret,
}

/// One setting: `name` in the file, `PORTREEVE_<NAME>` in the environment, `--<name>` on the command line (where it has
/// a flag).
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// What holds when nobody says otherwise, as the file would write it; `None`: not set.
    pub(crate) default: Option<&'static str>,
    /// An example for settings that have no default.
    pub(crate) example: &'static str,
    pub(crate) help: &'static str,
}

const fn key(
    name: &'static str,
    kind: Kind,
    default: Option<&'static str>,
    example: &'static str,
    help: &'static str,
) -> Key {
    Key { name, kind, default, example, help }
}

/// The table itself.
pub(crate) const KEYS: &[Key] = &[
    key("data_dir", Kind::Text, Some("./data"), "", "Folder of the SQLite database and the master key."),
    key(
        "database_url",
        Kind::Secret,
        None,
        "postgres://portreeve@db/portreeve",
        "SQLite (sqlite:PATH) or PostgreSQL (postgres://… or jdbc:postgresql://…). Not set: portreeve.db in data_dir.",
    ),
    key("database_username", Kind::Text, None, "portreeve", "Replaces the user of database_url."),
    key("database_password", Kind::Secret, None, "…", "Replaces the password of database_url."),
    key(
        "database_readers",
        Kind::Number,
        Some("4"),
        "",
        "Connections that read (SQLite) or serve requests (PostgreSQL).",
    ),
    key(
        "master_key",
        Kind::Secret,
        None,
        "…",
        "Key that seals private keys and other secrets in the database: 32 bytes, base64. Not set: the file \
         master_key_file names, by default master.key in data_dir, made at the first start with mode 0600.",
    ),
    key(
        "password_blacklists",
        Kind::Text,
        None,
        "/etc/portreeve/password-blacklists",
        "Folder of the lists that a realm's passwordBlacklist(FILE) names, one password a line. Not set: \
         password-blacklists in data_dir.",
    ),
    key("listen", Kind::Text, Some("127.0.0.1:8080"), "", "Address and port of the public listener."),
    key("management_listen", Kind::Text, Some("127.0.0.1:9000"), "", "Address and port of health and metrics, or off."),
    key(
        "public_url",
        Kind::Text,
        None,
        "https://id.example.com",
        "What clients reach the server by; issuers and links are built on it, never on the Host header. Not set: \
         http://localhost and the port of listen (https with TLS).",
    ),
    key(
        "tls_cert",
        Kind::Text,
        None,
        "/etc/portreeve/tls.crt",
        "Certificate chain, PEM. A renewed file is taken without a restart.",
    ),
    key("tls_key", Kind::Text, None, "/etc/portreeve/tls.key", "Private key of tls_cert, PEM."),
    key(
        "mtls_listen",
        Kind::Text,
        None,
        "0.0.0.0:8444",
        "Address and port of a listener that asks clients for certificates, with tls_cert. Not set: there is none.",
    ),
    key(
        "mtls_ca",
        Kind::Text,
        None,
        "/etc/portreeve/clients-ca.pem",
        "Authorities, PEM, whose certificates say who a client is. Not set: a client is known by its own key only.",
    ),
    key(
        "mtls_public_url",
        Kind::Text,
        None,
        "https://mtls.id.example.com",
        "What clients reach mtls_listen by. Not set: public_url with the port of mtls_listen.",
    ),
    key(
        "trusted_proxy",
        Kind::List,
        None,
        "10.0.0.0/8",
        "Networks whose forwarded headers are believed, and which are exempt from the cap per address.",
    ),
    key(
        "outbound_allow",
        Kind::List,
        None,
        "10.0.0.0/8",
        "Networks that the server may call besides the public Internet, and the only ones that it calls by plain http.",
    ),
    key(
        "outbound_ca",
        Kind::Text,
        None,
        "/etc/portreeve/ca.pem",
        "Further authorities, PEM, whose certificates are trusted when the server calls others.",
    ),
    key(
        "import",
        Kind::List,
        None,
        "/etc/portreeve/realm.json",
        "Realm files or folders read at start; a realm that exists is left alone.",
    ),
    key(
        "themes_dir",
        Kind::Text,
        None,
        "/etc/portreeve/themes",
        "Folder of themes for pages and mails, one folder each, read at start; a wrong one stops it.",
    ),
    key("registry_realm", Kind::Text, None, "demo", "Realm that /auth and /auth/token answer for."),
    key(
        "bootstrap_admin_username",
        Kind::Text,
        Some("admin"),
        "",
        "Name of the administrator made at the first start.",
    ),
    key(
        "bootstrap_admin_password",
        Kind::Secret,
        None,
        "…",
        "Its password. Not set: one is generated and printed once on standard output.",
    ),
    key("log_format", Kind::Text, Some("text"), "", "text or json, on standard error."),
    key(
        "log_level",
        Kind::Text,
        Some("info"),
        "",
        "off, error, warn, info, debug or trace; also per target: info,event=warn.",
    ),
    key("max_connections", Kind::Number, Some("10000"), "", "Open connections in all; more wait to be accepted."),
    key(
        "max_connections_per_address",
        Kind::Number,
        Some("512"),
        "",
        "Open connections of one address (IPv6: of one /64); more are closed at once.",
    ),
    key(
        "max_requests_per_address",
        Kind::Number,
        Some("500"),
        "",
        "Requests a second of one address, twice as many at once; beyond that 429. 0: no limit. Loopback is exempt.",
    ),
    key("max_body_bytes", Kind::Number, Some("1048576"), "", "Largest request body."),
    key(
        "header_timeout",
        Kind::Number,
        Some("10"),
        "",
        "Seconds within which the TLS handshake and a request's head must arrive.",
    ),
    key("body_timeout", Kind::Number, Some("20"), "", "Seconds within which a request's body must arrive."),
    key("idle_timeout", Kind::Number, Some("75"), "", "Seconds that a connection is kept between requests."),
    key(
        "shutdown_timeout",
        Kind::Number,
        Some("20"),
        "",
        "Seconds that requests in flight are given when the server stops.",
    ),
    key(
        "hashing_threads",
        Kind::Number,
        None,
        "1",
        "Threads that hash passwords. Not set: one less than the processors, at least one.",
    ),
    key(
        "hashing_queue",
        Kind::Number,
        Some("256"),
        "",
        "Password checks that wait; more are answered 503 with Retry-After.",
    ),
];

/// Finds a setting by its name.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}
