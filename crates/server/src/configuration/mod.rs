//! Process facts: which listeners, which database, which files. What a realm may differ in is a row, not a setting.
//!
//! Defaults, then a TOML file, then the environment, then flags; unknown names are refused and all faults are told
//! together.

mod database;
mod example;
mod keycloak;
mod keys;
mod layers;
mod public_url;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crypto::secret::Secret;
use ipnet::IpNet;

pub use database::Database;
pub use example::example;
pub use layers::ConfigurationFault;

use keys::Kind;
use layers::{Layers, Origin};

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Where the master key comes from.
#[derive(Clone)]
pub enum MasterKeySource {
    /// Given as a value, base64.
    Value(Secret),
    /// Kept in a file, which the first start makes.
    File(PathBuf),
}

/// What every command needs: the store and the log.
#[derive(Clone)]
pub struct Settings {
    /// Folder of the SQLite database and the master key.
    pub data_dir: PathBuf,
    /// The database.
    pub database: Database,
    /// Connections that read.
    pub database_readers: u32,
    /// The master key.
    pub master_key: MasterKeySource,
    /// Folder of lists of forbidden passwords; need not exist.
    pub password_blacklists: PathBuf,
    /// Threads that hash passwords; `None`: sized to the machine.
    pub hashing_threads: Option<NonZeroUsize>,
    /// Password checks that may wait.
    pub hashing_queue: usize,
    /// Log lines as text or JSON.
    pub log_format: LogFormat,
    /// Filter directives of the log.
    pub log_level: String,
    /// What only `serve` needs.
    pub serve: ServeSettings,
}

/// Certificate chain and key of the public listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// PEM file of the chain, leaf first.
    pub certificate: PathBuf,
    /// PEM file of the key.
    pub key: PathBuf,
}

/// The listener that asks for certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MtlsSettings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// What clients reach it by, without a slash at the end.
    pub public_url: String,
    /// PEM file of the authorities whose certificates say who a client is.
    pub authorities: Option<PathBuf>,
}

/// What the server itself needs.
#[derive(Clone)]
pub struct ServeSettings {
    /// Public listener.
    pub listen: SocketAddr,
    /// Listener of health and metrics; `None`: off.
    pub management_listen: Option<SocketAddr>,
    /// What clients reach the server by, without a slash at the end.
    pub public_url: String,
    /// TLS on the public listener.
    pub tls: Option<TlsFiles>,
    /// The listener that asks for certificates.
    pub mtls: Option<MtlsSettings>,
    /// Networks whose forwarded headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Networks that may be called besides the public Internet.
    pub outbound_allow: Vec<IpNet>,
    /// Further authorities to trust when others are called.
    pub outbound_ca: Option<PathBuf>,
    /// Realm files read at start.
    pub import: Vec<PathBuf>,
    /// Folder of themes besides the built-in one.
    pub themes_dir: Option<PathBuf>,
    /// Realm that `/auth` and `/auth/token` answer for.
    pub registry_realm: Option<String>,
    /// Name of the first administrator.
    pub admin_username: String,
    /// Password of the first administrator; `None`: generated.
    pub admin_password: Option<Secret>,
    /// Bounds on connections and requests.
    pub limits: Limits,
}

/// Bounds on what a peer may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Open connections in all.
    pub connections: usize,
    /// Open connections of one address.
    pub connections_per_address: usize,
    /// Requests a second of one address; 0: no limit.
    pub requests_per_address: u32,
    /// Largest request body in bytes.
    pub body_bytes: usize,
    /// For the TLS handshake and a request's head.
    pub header_timeout: Duration,
    /// For a request's body.
    pub body_timeout: Duration,
    /// Between requests.
    pub idle_timeout: Duration,
    /// For requests in flight when the server stops.
    pub shutdown_timeout: Duration,
}

/// What the command line gives to the configuration.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// Setting and values, in the words of the table.
    pub settings: Vec<(&'static str, Vec<String>)>,
}

/// Reads all layers. The environment is handed in, so that tests choose it.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn load(flags: &Flags, environment: &BTreeMap<String, String>) -> Result<Settings, Vec<ConfigurationFault>> {
    let mut layers = gather(flags, environment);
    let settings = settle(&mut layers);
    match settings {
        Some(settings) if layers.faults.is_empty() => Ok(settings),
        _ => Err(layers.faults),
    }
}

/// The settings that hold, one line each with where it was said; secrets are not shown.
pub fn describe(flags: &Flags, environment: &BTreeMap<String, String>) -> Vec<String> {
    let layers = gather(flags, environment);
    let mut lines = Vec::new();
    for key in keys::KEYS {
        let Some(said) = layers.get(key.name) else { continue };
        let value = if key.kind == Kind::Secret && !said.in_file {
            "(secret)".to_owned()
        } else {
            layers.list(key.name).join(", ")
        };
        let suffix = if said.in_file { "_file" } else { "" };
        lines.push(format!("{}{suffix} = {value}  ({})", key.name, said.origin));
    }
    lines
}

/// This process's environment. A variable that is not Unicode is none of ours, unless its name says so; then its value
/// is taken with replacement characters and refused by whoever reads it.
pub fn process_environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
        .filter(|(name, _)| name.starts_with("PORTREEVE_") || name.starts_with("KC_") || name == "RUST_LOG")
        .collect()
}

fn gather(flags: &Flags, environment: &BTreeMap<String, String>) -> Layers {
    let mut layers = Layers::with_defaults();
    let named = environment.get("PORTREEVE_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
    if let Some(path) = flags.config.clone().or(named) {
        layers.lay_file(&path);
    }
    keycloak::lay(&mut layers, environment);
    layers.lay_environment(environment);
    layers.lay_flags(flags.settings.clone());
    layers
}

/// Turns words into values. Gathers every fault before it gives up.
fn settle(layers: &mut Layers) -> Option<Settings> {
    let data_dir = PathBuf::from(layers.text("data_dir").unwrap_or_else(|| "./data".to_owned()));
    let database = database(layers, &data_dir);
    let master_key = master_key(layers, &data_dir);
    let database_readers = layers.number("database_readers", 1, 1000);
    let hashing_threads = layers.number("hashing_threads", 1, 1024).and_then(|n| NonZeroUsize::new(n as usize));
    let hashing_queue = layers.number("hashing_queue", 1, 100_000);
    let password_blacklists =
        layers.text("password_blacklists").map_or_else(|| data_dir.join("password-blacklists"), PathBuf::from);
    let log_format = one_of(layers, "log_format", &[("text", LogFormat::Text), ("json", LogFormat::Json)]);
    let log_level = log_level(layers);
    let serve = serve(layers);
    Some(Settings {
        data_dir,
        database: database?,
        database_readers: u32::try_from(database_readers?).ok()?,
        master_key: master_key?,
        password_blacklists,
        hashing_threads,
        hashing_queue: hashing_queue? as usize,
        log_format: log_format?,
        log_level: log_level?,
        serve: serve?,
    })
}

fn serve(layers: &mut Layers) -> Option<ServeSettings> {
    let listen = address(layers, "listen");
    let management_listen = match layers.text("management_listen").as_deref() {
        Some("off") => Some(None),
        _ => address(layers, "management_listen").map(Some),
    };
    let tls = tls(layers);
    let trusted_proxies = networks(layers, "trusted_proxy");
    let outbound_allow = networks(layers, "outbound_allow");
    let public_url = public_url(layers, listen, matches!(tls, Ok(Some(_))), !trusted_proxies.is_empty());
    let mtls = mtls(layers, matches!(tls, Ok(None)), public_url.as_deref());
    let limits = limits(layers);
    let admin_password = layers.secret("bootstrap_admin_password");
    Some(ServeSettings {
        listen: listen?,
        management_listen: management_listen?,
        public_url: public_url?,
        tls: tls.ok()?,
        mtls: mtls.ok()?,
        trusted_proxies,
        outbound_allow,
        outbound_ca: layers.text("outbound_ca").map(PathBuf::from),
        import: layers.list("import").into_iter().map(PathBuf::from).collect(),
        themes_dir: layers.text("themes_dir").map(PathBuf::from),
        registry_realm: layers.text("registry_realm"),
        admin_username: layers.text("bootstrap_admin_username").unwrap_or_else(|| "admin".to_owned()),
        admin_password,
        limits: limits?,
    })
}

fn limits(layers: &mut Layers) -> Option<Limits> {
    let connections = layers.number("max_connections", 1, 1_000_000);
    let per_address = layers.number("max_connections_per_address", 1, 1_000_000);
    let requests = layers.number("max_requests_per_address", 0, 1_000_000);
    let body_bytes = layers.number("max_body_bytes", 1024, 1 << 30);
    let header = layers.number("header_timeout", 1, 3600);
    let body = layers.number("body_timeout", 1, 3600);
    let idle = layers.number("idle_timeout", 1, 86_400);
    let shutdown = layers.number("shutdown_timeout", 0, 3600);
    Some(Limits {
        connections: connections? as usize,
        connections_per_address: per_address? as usize,
        requests_per_address: u32::try_from(requests?).ok()?,
        body_bytes: body_bytes? as usize,
        header_timeout: Duration::from_secs(header?),
        body_timeout: Duration::from_secs(body?),
        idle_timeout: Duration::from_secs(idle?),
        shutdown_timeout: Duration::from_secs(shutdown?),
    })
}

fn database(layers: &mut Layers, data_dir: &Path) -> Option<Database> {
    let faults = layers.faults.len();
    let url = layers.secret("database_url");
    let password = layers.secret("database_password");
    let username = layers.text("database_username");
    if layers.faults.len() > faults {
        return None;
    }
    let Some(url) = url else {
        if username.is_some() || password.is_some() {
            let name = if username.is_some() { "database_username" } else { "database_password" };
            let origin = layers.origin(name);
            layers.fault(name, &origin, "has no meaning without database_url");
        }
        return Some(Database::in_folder(data_dir));
    };
    match Database::parse(url.expose(), username.as_deref(), password.as_ref()) {
        Ok(database) => Some(database),
        Err(reason) => {
            let origin = layers.origin("database_url");
            layers.fault("database_url", &origin, reason);
            None
        }
    }
}

/// Unlike other secrets, the file of the master key need not exist yet: the first start makes it.
fn master_key(layers: &mut Layers, data_dir: &Path) -> Option<MasterKeySource> {
    let in_file = layers.get("master_key").is_some_and(|said| said.in_file);
    match layers.text("master_key") {
        None => Some(MasterKeySource::File(data_dir.join("master.key"))),
        Some(path) if in_file => Some(MasterKeySource::File(PathBuf::from(path))),
        Some(_) => layers.secret("master_key").map(MasterKeySource::Value),
    }
}

/// A fault that was put down already.
#[derive(Debug)]
struct Told;

fn tls(layers: &mut Layers) -> Result<Option<TlsFiles>, Told> {
    match (layers.text("tls_cert"), layers.text("tls_key")) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => {
            Ok(Some(TlsFiles { certificate: PathBuf::from(certificate), key: PathBuf::from(key) }))
        }
        (certificate, _) => {
            let (said, missing) = if certificate.is_some() { ("tls_cert", "tls_key") } else { ("tls_key", "tls_cert") };
            let origin = layers.origin(said);
            layers.fault(said, &origin, format!("needs {missing} beside it"));
            Err(Told)
        }
    }
}

fn mtls(layers: &mut Layers, plain: bool, public_url: Option<&str>) -> Result<Option<MtlsSettings>, Told> {
    if layers.text("mtls_listen").is_none() {
        for name in ["mtls_ca", "mtls_public_url"] {
            if layers.text(name).is_some() {
                let origin = layers.origin(name);
                layers.fault(name, &origin, "has no meaning without mtls_listen");
            }
        }
        return Ok(None);
    }
    let listen = address(layers, "mtls_listen");
    if plain {
        let origin = layers.origin("mtls_listen");
        layers.fault("mtls_listen", &origin, "needs tls_cert and tls_key");
    }
    let (listen, public_url) = (listen.ok_or(Told)?, public_url.ok_or(Told)?);
    let url = match layers.text("mtls_public_url") {
        None => public_url::at_port(public_url, listen.port()),
        Some(said) => public_url::parse(&said, listen, true, false),
    };
    let url = url.and_then(|url| {
        if url.starts_with("https://") {
            Ok(url)
        } else {
            Err("takes an https URL: certificates are part of TLS".to_owned())
        }
    });
    match url {
        Ok(public_url) => {
            let authorities = layers.text("mtls_ca").map(PathBuf::from);
            Ok(Some(MtlsSettings { listen, public_url, authorities }))
        }
        Err(reason) => {
            let origin = layers.origin("mtls_public_url");
            layers.fault("mtls_public_url", &origin, reason);
            Err(Told)
        }
    }
}

fn public_url(layers: &mut Layers, listen: Option<SocketAddr>, tls: bool, proxied: bool) -> Option<String> {
    let listen = listen?;
    let Some(said) = layers.text("public_url") else { return Some(public_url::of_listener(listen, tls)) };
    match public_url::parse(&said, listen, tls, proxied) {
        Ok(url) => Some(url),
        Err(reason) => {
            let origin = layers.origin("public_url");
            layers.fault("public_url", &origin, reason);
            None
        }
    }
}

fn address(layers: &mut Layers, name: &str) -> Option<SocketAddr> {
    let text = layers.text(name)?;
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let origin = layers.origin(name);
    layers.fault(name, &origin, format!("takes ADDRESS:PORT with an IP address, not {text:?}"));
    None
}

fn networks(layers: &mut Layers, name: &str) -> Vec<IpNet> {
    let mut networks = Vec::new();
    for text in layers.list(name) {
        if let Ok(network) = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)) {
            networks.push(network.trunc());
        } else {
            let origin = layers.origin(name);
            layers.fault(name, &origin, format!("takes a network such as 10.0.0.0/8, not {text:?}"));
        }
    }
    networks
}

fn log_level(layers: &mut Layers) -> Option<String> {
    let text = layers.text("log_level")?;
    match crate::logging::check_level(&text) {
        Ok(()) => Some(text),
        Err(reason) => {
            let origin: Origin = layers.origin("log_level");
            layers.fault("log_level", &origin, reason);
            None
        }
    }
}

fn one_of<T: Copy>(layers: &mut Layers, name: &str, choices: &[(&str, T)]) -> Option<T> {
    let text = layers.text(name)?;
    if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
        return Some(*value);
    }
    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
    let origin = layers.origin(name);
    layers.fault(name, &origin, format!("takes {}, not {text:?}", words.join(" or ")));
    None
}

#[cfg(test)]
mod tests;
