//! Commands and flags, and which settings the flags stand for.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::configuration::Flags;

/// Identity server for people, services and container registries.
#[derive(Debug, Parser)]
#[command(name = "portreeve", version, about, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    common: Common,
    /// Without a command: serve.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Flags that every command takes.
#[derive(Debug, Args)]
struct Common {
    /// Configuration file (TOML); see `portreeve config example`
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the SQLite database and the master key [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<String>,
    /// sqlite:PATH, postgres://… or jdbc:postgresql://…
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// File of the master key [default: master.key in the data folder]
    #[arg(long, global = true, value_name = "FILE")]
    master_key_file: Option<String>,
    /// text or json
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
    /// error, warn, info, debug or trace; also per target: info,event=warn
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the server (also with no command at all)
    Serve(Box<Serve>),
    /// Ask the server that runs with this configuration whether it is ready (for container health checks)
    Health,
    /// Import Keycloak realm files
    Import(Import),
    /// Export a realm as a Keycloak realm file
    Export(Export),
    /// Write one of a client's installation artefacts: registry configuration, trust bundle …
    Installation(Installation),
    /// Tell what a user would be granted, and by which rules
    Explain(Explain),
    /// Administrators' emergency tools
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Look at the configuration
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Signing keys
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
}

impl Default for Command {
    fn default() -> Self {
        Self::Serve(Box::default())
    }
}

#[derive(Debug, Default, Args)]
pub(crate) struct Serve {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// Address and port of health and metrics, or off [default: 127.0.0.1:9000]
    #[arg(long, value_name = "ADDR:PORT")]
    management_listen: Option<String>,
    /// URL that clients reach the server by [default: http://localhost:8080]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Certificate chain (PEM); a renewed file is taken without a restart
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<String>,
    /// Private key of the certificate (PEM)
    #[arg(long, value_name = "FILE")]
    tls_key: Option<String>,
    /// Address and port of a listener that asks for client certificates
    #[arg(long, value_name = "ADDR:PORT")]
    mtls_listen: Option<String>,
    /// Authorities whose certificates say who a client is (PEM)
    #[arg(long, value_name = "FILE")]
    mtls_ca: Option<String>,
    /// URL that clients reach the listener by that asks for certificates
    #[arg(long, value_name = "URL")]
    mtls_public_url: Option<String>,
    /// Realm file or folder to import at start; a realm that exists is left alone (repeatable)
    #[arg(long, value_name = "PATH")]
    import: Vec<String>,
    /// Folder of themes for pages and mails, one folder each
    #[arg(long, value_name = "DIR")]
    themes_dir: Option<String>,
    /// Realm that /auth/token and /auth answer for
    #[arg(long, value_name = "NAME")]
    registry_realm: Option<String>,
    /// Network whose forwarded headers are believed (repeatable)
    #[arg(long, value_name = "NETWORK")]
    trusted_proxy: Vec<String>,
    /// Private network that the server may call (repeatable)
    #[arg(long, value_name = "NETWORK")]
    outbound_allow: Vec<String>,
    /// Further authorities to trust when the server calls others (PEM)
    #[arg(long, value_name = "FILE")]
    outbound_ca: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Realm files, or folders with NAME-realm.json and NAME-users-*.json
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// What to do with a realm that exists
    #[arg(long, value_enum, default_value = "fail")]
    pub(crate) strategy: ImportStrategy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportStrategy {
    /// Refuse, and change nothing
    Fail,
    /// Leave it alone
    Skip,
    /// Replace it and all it holds
    Overwrite,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Realm to export
    #[arg(long, value_name = "NAME")]
    pub(crate) realm: String,
    /// With its users and their password hashes
    #[arg(long)]
    pub(crate) users: bool,
    /// Where to; - is standard output
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Installation {
    /// Realm of the client
    #[arg(long, value_name = "NAME")]
    pub(crate) realm: String,
    /// Client, by its client id
    #[arg(long, value_name = "ID")]
    pub(crate) client: String,
    /// Which artefact, such as docker-v2-root-cert-bundle; a wrong one tells which there are
    #[arg(value_name = "ARTEFACT")]
    pub(crate) artefact: String,
    /// Where to [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Realm of the client
    #[arg(long, value_name = "NAME")]
    pub(crate) realm: String,
    /// Client, by its client id
    #[arg(long, value_name = "ID")]
    pub(crate) client: String,
    /// User who would ask
    #[arg(long, value_name = "NAME")]
    pub(crate) user: String,
    /// What would be asked for, such as repository:team/app:pull,push
    #[arg(required = true, value_name = "SCOPE")]
    pub(crate) scopes: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// Give a user a new password; their stored tokens are revoked
    SetPassword(SetPassword),
}

#[derive(Debug, Args)]
pub(crate) struct SetPassword {
    /// Realm of the user
    #[arg(long, value_name = "NAME", default_value = "master")]
    pub(crate) realm: String,
    /// User name or e-mail address
    #[arg(long, value_name = "NAME", default_value = "admin")]
    pub(crate) user: String,
    /// File that holds the password; - reads a line from standard input. Without it one is generated and printed
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// The user must change it at the next log-in
    #[arg(long)]
    pub(crate) temporary: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Tell every fault of the configuration, or the settings that hold
    Check,
    /// Print a configuration file to begin with
    Example,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Publish next keys; or, where there are some, let them sign from now on
    Rotate(Rotate),
}

#[derive(Debug, Args)]
pub(crate) struct Rotate {
    /// Realm whose keys rotate
    #[arg(long, value_name = "NAME")]
    pub(crate) realm: String,
    /// Only publish next keys
    #[arg(long, conflicts_with_all = ["activate", "retire"])]
    pub(crate) prepare: bool,
    /// Only let published next keys sign
    #[arg(long, conflicts_with = "retire")]
    pub(crate) activate: bool,
    /// Withdraw a key that no longer signs, by its id or kid
    #[arg(long, value_name = "KEY")]
    pub(crate) retire: Option<String>,
}

impl Arguments {
    /// What the flags say, as a layer of the configuration.
    pub(crate) fn flags(&self) -> Flags {
        let one = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
        let common = &self.common;
        let mut settings = vec![
            ("data_dir", one(&common.data_dir)),
            ("database_url", one(&common.database_url)),
            ("master_key_file", one(&common.master_key_file)),
            ("log_format", one(&common.log_format)),
            ("log_level", one(&common.log_level)),
        ];
        if let Some(Command::Serve(serve)) = &self.command {
            settings.extend([
                ("listen", one(&serve.listen)),
                ("management_listen", one(&serve.management_listen)),
                ("public_url", one(&serve.public_url)),
                ("tls_cert", one(&serve.tls_cert)),
                ("tls_key", one(&serve.tls_key)),
                ("mtls_listen", one(&serve.mtls_listen)),
                ("mtls_ca", one(&serve.mtls_ca)),
                ("mtls_public_url", one(&serve.mtls_public_url)),
                ("import", serve.import.clone()),
                ("themes_dir", one(&serve.themes_dir)),
                ("registry_realm", one(&serve.registry_realm)),
                ("trusted_proxy", serve.trusted_proxy.clone()),
                ("outbound_allow", serve.outbound_allow.clone()),
                ("outbound_ca", one(&serve.outbound_ca)),
            ]);
        }
        Flags { config: common.config.clone(), settings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration;
    use clap::CommandFactory as _;
    use std::collections::BTreeMap;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn no_command_is_serve_and_common_flags_stand_anywhere() {
        let bare = Arguments::try_parse_from(["portreeve"]).expect("understood");
        assert!(matches!(bare.command.unwrap_or_default(), Command::Serve(_)));
        for line in [["portreeve", "--data-dir", "x", "serve"], ["portreeve", "serve", "--data-dir", "x"]] {
            let flags = Arguments::try_parse_from(line).expect("understood").flags();
            let settings = configuration::load(&flags, &BTreeMap::new()).expect("good");
            assert_eq!(settings.data_dir.to_str(), Some("x"));
        }
    }

    #[test]
    fn every_flag_is_a_setting() {
        let line = [
            "portreeve",
            "serve",
            "--listen",
            "[::1]:1",
            "--management-listen",
            "off",
            "--public-url",
            "https://x",
            "--tls-cert",
            "c",
            "--tls-key",
            "k",
            "--mtls-listen",
            "[::1]:2",
            "--mtls-ca",
            "m",
            "--mtls-public-url",
            "https://mtls.x",
            "--import",
            "a",
            "--import",
            "b",
            "--themes-dir",
            "t",
            "--registry-realm",
            "r",
            "--trusted-proxy",
            "10.0.0.0/8",
            "--trusted-proxy",
            "::1",
            "--outbound-allow",
            "10.0.0.0/8",
            "--outbound-allow",
            "127.0.0.1",
            "--outbound-ca",
            "ca",
            "--log-format",
            "json",
            "--log-level",
            "warn",
            "--database-url",
            "sqlite:d",
            "--master-key-file",
            "m",
        ];
        let flags = Arguments::try_parse_from(line).expect("understood").flags();
        let settings = configuration::load(&flags, &BTreeMap::new()).expect("good");
        assert_eq!(settings.serve.import.len(), 2);
        assert_eq!(settings.serve.trusted_proxies.len(), 2);
        assert_eq!(settings.serve.themes_dir.as_deref(), Some(std::path::Path::new("t")));
        assert_eq!(settings.serve.registry_realm.as_deref(), Some("r"));
        assert!(settings.serve.tls.is_some() && settings.serve.management_listen.is_none());
    }
}
