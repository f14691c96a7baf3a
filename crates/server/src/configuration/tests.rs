use super::*;

fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("portreeve.toml");
    std::fs::write(&path, text).expect("written");
    (folder, path)
}

fn flags(config: Option<PathBuf>, settings: &[(&'static str, &str)]) -> Flags {
    let settings = settings.iter().map(|(name, value)| (*name, vec![(*value).to_owned()])).collect();
    Flags { config, settings }
}

fn faults(flags: &Flags, pairs: &[(&str, &str)]) -> Vec<String> {
    let faults = load(flags, &environment(pairs)).err().expect("refused");
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn nothing_said_gives_the_defaults() {
    let settings = load(&Flags::default(), &BTreeMap::new()).expect("good");
    assert_eq!(settings.serve.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.serve.management_listen.expect("on").to_string(), "127.0.0.1:9000");
    assert_eq!(settings.serve.public_url, "http://localhost:8080");
    assert_eq!(settings.database.shown(), "sqlite:./data/portreeve.db");
    assert!(matches!(&settings.master_key, MasterKeySource::File(path) if path.ends_with("data/master.key")));
    assert_eq!(settings.password_blacklists, Path::new("./data/password-blacklists"));
    assert_eq!(settings.serve.limits.body_bytes, 1024 * 1024);
    assert!(settings.serve.admin_password.is_none(), "A78: no default password");
}

#[test]
fn a_later_layer_goes_before_an_earlier_one() {
    let (_folder, path) = file("listen = \"127.0.0.1:1001\"\nlog_level = \"debug\"\nlog_format = \"json\"\n");
    let none = flags(Some(path.clone()), &[]);
    assert_eq!(load(&none, &BTreeMap::new()).expect("good").serve.listen.port(), 1001);
    let keycloak = environment(&[("KC_HTTP_PORT", "1002")]);
    assert_eq!(load(&none, &keycloak).expect("good").serve.listen.port(), 1002);
    let both = environment(&[("KC_HTTP_PORT", "1002"), ("PORTREEVE_LISTEN", "127.0.0.1:1003")]);
    assert_eq!(load(&none, &both).expect("good").serve.listen.port(), 1003);
    let flag = flags(Some(path), &[("listen", "127.0.0.1:1004")]);
    let settings = load(&flag, &both).expect("good");
    assert_eq!(settings.serve.listen.port(), 1004);
    assert_eq!((settings.log_format, settings.log_level.as_str()), (LogFormat::Json, "debug"));
}

#[test]
fn lists_of_forbidden_passwords_are_in_the_data_folder_or_where_it_is_said() {
    let of = |pairs: &[(&str, &str)]| load(&Flags::default(), &environment(pairs)).expect("good").password_blacklists;
    assert_eq!(of(&[("PORTREEVE_DATA_DIR", "/srv/p")]), Path::new("/srv/p/password-blacklists"));
    let said = [("PORTREEVE_DATA_DIR", "/srv/p"), ("PORTREEVE_PASSWORD_BLACKLISTS", "/etc/lists")];
    assert_eq!(of(&said), Path::new("/etc/lists"));
}

#[test]
fn every_fault_is_told_at_once() {
    let (_folder, path) = file("lisen = \"x\"\nmax_connections = 0\ntls_cert = \"a\"\n");
    let said = faults(
        &flags(Some(path), &[("log_format", "xml")]),
        &[("PORTREEVE_NONSENSE", "1"), ("PORTREEVE_LISTEN", "here")],
    );
    for part in
        ["lisen", "max_connections", "tls_cert", "log_format", "nonsense", "listen (environment PORTREEVE_LISTEN)"]
    {
        assert_eq!(said.iter().filter(|line| line.starts_with(part)).count(), 1, "{part} in {said:#?}");
    }
    assert_eq!(said.len(), 6, "{said:#?}");
}

#[test]
fn a77_a_fault_never_tells_a_secret() {
    let (_folder, path) = file("database_password = \"hunter2\"\nbootstrap_admin_password = hunter2\n");
    let said = faults(&flags(Some(path), &[]), &[("PORTREEVE_DATABASE_URL", "oracle://u:hunter2@h/x")]);
    assert!(said.iter().any(|line| line.contains("line 2")), "{said:#?}");
    assert!(said.iter().any(|line| line.starts_with("database_url")), "{said:#?}");
    assert!(!said.concat().contains("hunter2"), "{said:#?}");
    let shown = describe(&flags(None, &[]), &environment(&[("PORTREEVE_DATABASE_URL", "postgres://u:hunter2@h/x")]));
    assert!(!shown.concat().contains("hunter2"), "{shown:#?}");
}

#[test]
fn a_secret_comes_from_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("password");
    std::fs::write(&path, "s3cret\n").expect("written");
    let path = path.display().to_string();
    let set = environment(&[("PORTREEVE_BOOTSTRAP_ADMIN_PASSWORD_FILE", &path)]);
    let settings = load(&Flags::default(), &set).expect("good");
    assert_eq!(settings.serve.admin_password.expect("set").expose(), "s3cret");

    let both =
        [("PORTREEVE_BOOTSTRAP_ADMIN_PASSWORD_FILE", path.as_str()), ("PORTREEVE_BOOTSTRAP_ADMIN_PASSWORD", "x")];
    assert!(faults(&Flags::default(), &both).concat().contains("not both"));
    let missing = [("PORTREEVE_BOOTSTRAP_ADMIN_PASSWORD_FILE", "/nowhere/password")];
    assert!(faults(&Flags::default(), &missing).concat().contains("cannot be read"));
    assert!(faults(&Flags::default(), &[("PORTREEVE_LISTEN_FILE", "x")]).concat().contains("no such setting"));
}

#[test]
fn keycloaks_names_are_understood() {
    let set = environment(&[
        ("KC_BOOTSTRAP_ADMIN_USERNAME", "root"),
        ("KC_BOOTSTRAP_ADMIN_PASSWORD", "pw"),
        ("KC_DB_URL", "jdbc:postgresql://db/keycloak"),
        ("KC_DB_USERNAME", "kc"),
        ("KC_DB_PASSWORD", "p:w"),
        ("KC_HOSTNAME", "id.example.com"),
        ("KC_HTTP_PORT", "8180"),
        ("KC_PROXY_HEADERS", "xforwarded"),
    ]);
    let settings = load(&Flags::default(), &set).expect("good");
    assert_eq!(settings.serve.admin_username, "root");
    assert_eq!(settings.serve.public_url, "http://id.example.com:8180");
    assert_eq!(settings.serve.listen.to_string(), "127.0.0.1:8180");
    assert!(matches!(&settings.database, Database::Postgres(url) if url.expose() == "postgres://kc:p%3Aw@db/keycloak"));
    assert!(faults(&Flags::default(), &[("KC_HTTP_PORT", "http")]).concat().contains("KC_HTTP_PORT"));
}

#[test]
fn rust_log_is_the_log_level_unless_we_are_told_otherwise() {
    let level = |pairs: &[(&str, &str)]| load(&Flags::default(), &environment(pairs)).expect("good").log_level;
    assert_eq!(level(&[("RUST_LOG", "debug")]), "debug");
    assert_eq!(level(&[("RUST_LOG", "debug"), ("PORTREEVE_LOG_LEVEL", "warn")]), "warn");
    assert_eq!(level(&[("RUST_LOG", "loud")]), "info");
}

#[test]
fn a49_the_public_url_is_checked() {
    let url = |text: &str, more: &[(&str, &str)]| {
        let mut pairs = vec![("PORTREEVE_PUBLIC_URL", text)];
        pairs.extend_from_slice(more);
        load(&Flags::default(), &environment(&pairs)).map(|settings| settings.serve.public_url).ok()
    };
    assert_eq!(url("https://id.example.com/", &[]).as_deref(), Some("https://id.example.com"));
    assert_eq!(url("https://example.com/id/", &[]).as_deref(), Some("https://example.com/id"));
    assert_eq!(
        url("id.example.com", &[("PORTREEVE_TRUSTED_PROXY", "10.0.0.0/8")]).as_deref(),
        Some("https://id.example.com")
    );
    for bad in ["ftp://x", "https://u@x", "https://x/?a=b", "https://x#y", "http://", "a b", "x/y"] {
        assert_eq!(url(bad, &[]), None, "{bad}");
    }
}

#[test]
fn a50_proxies_are_networks_or_addresses() {
    let set = environment(&[("PORTREEVE_TRUSTED_PROXY", "10.1.2.3/8, 192.0.2.1,fd00::/8")]);
    let networks: Vec<String> =
        load(&Flags::default(), &set).expect("good").serve.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["10.0.0.0/8", "192.0.2.1/32", "fd00::/8"]);
    assert_eq!(faults(&Flags::default(), &[("PORTREEVE_TRUSTED_PROXY", "proxy.local,10.0.0.0/99")]).len(), 2);
}

#[test]
fn what_an_orchestrator_sets_is_not_ours() {
    let set = environment(&[
        ("PORTREEVE_SERVICE_HOST", "10.0.0.1"),
        ("PORTREEVE_PORT", "tcp://10.0.0.1:8080"),
        ("PORTREEVE_PORT_8080_TCP_ADDR", "10.0.0.1"),
    ]);
    assert!(load(&Flags::default(), &set).is_ok());
}

#[test]
fn the_example_is_a_file_we_read() {
    let text = example();
    let (_folder, path) = file(&text);
    assert!(load(&flags(Some(path), &[]), &BTreeMap::new()).is_ok(), "as it stands");
    let set: String = text
        .lines()
        .filter(|line| line.starts_with('#') && !line.starts_with("# "))
        .filter(|line| !line.contains("tls_") && !line.contains("database_") && !line.contains("master_key"))
        .map(|line| line.trim_start_matches('#'))
        .collect::<Vec<_>>()
        .join("\n");
    let (_folder, path) = file(&set);
    let settings = load(&flags(Some(path), &[]), &BTreeMap::new()).map_err(|faults| format!("{faults:#?}"));
    assert!(settings.is_ok(), "{:?}\n{set}", settings.err());
}

#[test]
fn the_management_listener_can_be_off() {
    let settings = load(&Flags::default(), &environment(&[("PORTREEVE_MANAGEMENT_LISTEN", "off")])).expect("good");
    assert_eq!(settings.serve.management_listen, None);
}

/// The page names every setting, and no other.
#[test]
fn the_documentation_names_every_setting() {
    let page = include_str!("../../../../docs/configuration.md");
    let rows: Vec<&str> = page
        .split("## Settings")
        .nth(1)
        .unwrap_or_default()
        .split("\n## ")
        .next()
        .unwrap_or_default()
        .lines()
        .collect();
    let named: std::collections::BTreeSet<&str> = rows
        .iter()
        .filter_map(|row| row.strip_prefix("| `"))
        .filter_map(|row| row.split('|').next())
        .flat_map(|cell| cell.split('`').filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '_')))
        .chain(["data_dir"])
        .filter(|word| !word.is_empty())
        .collect();
    for key in keys::KEYS {
        assert!(named.contains(key.name), "{} is not in docs/configuration.md", key.name);
        let shown = rows.iter().find(|row| row.contains(&format!("`{}`", key.name))).expect("a row");
        if let Some(default) = key.default {
            assert!(shown.contains(&format!("`{default}`")), "{}: the default is {default}", key.name);
        }
    }
}

#[test]
fn the_listener_for_certificates_needs_tls_and_has_an_address_of_its_own() {
    let tls = [("tls_cert", "c"), ("tls_key", "k"), ("public_url", "https://id.example/auth")];
    let of = |more: &[(&'static str, &str)]| load(&flags(None, &[&tls, more].concat()), &BTreeMap::new());
    let url = |more: &[(&'static str, &str)]| of(more).expect("good").serve.mtls.map(|mtls| mtls.public_url);
    assert_eq!(url(&[]), None);
    assert_eq!(url(&[("mtls_listen", "[::]:8444")]).as_deref(), Some("https://id.example:8444/auth"));
    let said = [("mtls_listen", "[::]:8444"), ("mtls_public_url", "https://mtls.example/")];
    assert_eq!(url(&said).as_deref(), Some("https://mtls.example"));
    let plain = flags(None, &[("mtls_listen", "127.0.0.1:1")]);
    assert!(faults(&plain, &[]).iter().any(|line| line.contains("needs tls_cert")));
    for name in ["mtls_ca", "mtls_public_url"] {
        assert!(faults(&flags(None, &[(name, "x")]), &[]).iter().any(|line| line.starts_with(name)), "{name}");
    }
    let readable = [&tls[..], &[("mtls_listen", "[::]:1"), ("mtls_public_url", "http://mtls.example")]].concat();
    assert!(faults(&flags(None, &readable), &[]).iter().any(|line| line.contains("takes an https URL")));
}
