//! Which database: our URLs, and Keycloak's JDBC form of the PostgreSQL one.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crypto::secret::Secret;

/// A database that the store can open.
#[derive(Clone)]
pub enum Database {
    /// A file of this machine.
    Sqlite(PathBuf),
    /// A URL with its password, so a secret.
    Postgres(Secret),
}

impl Database {
    /// Reads a `database_url`; `username` and `password` replace what it says.
    ///
    /// # Errors
    /// A reason without the URL itself, which may hold a password.
    pub fn parse(url: &str, username: Option<&str>, password: Option<&Secret>) -> Result<Self, String> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            if username.is_some() || password.is_some() {
                return Err("SQLite takes neither user nor password".to_owned());
            }
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" | ":memory:" => Err("takes the path of a file: sqlite:PATH".to_owned()),
                path if path.contains('?') => Err("SQLite URLs take no parameters".to_owned()),
                path => Ok(Self::Sqlite(PathBuf::from(path))),
            };
        }
        let jdbc = url.strip_prefix("jdbc:");
        let rest = jdbc.unwrap_or(url);
        let Some(rest) = rest.strip_prefix("postgresql://").or_else(|| rest.strip_prefix("postgres://")) else {
            let scheme: String = url.chars().take_while(|c| *c != '/').take(24).collect();
            return Err(format!("takes sqlite:PATH, postgres://… or jdbc:postgresql://…, not {scheme:?}"));
        };
        postgres(rest, jdbc.is_some(), username, password).map(Self::Postgres)
    }

    /// The database of a data folder when nothing else is said.
    pub fn in_folder(folder: &Path) -> Self {
        Self::Sqlite(folder.join("portreeve.db"))
    }

    /// For messages: the file, or the server without user and password.
    pub fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let url = url.expose();
                let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
                let rest = rest.split('?').next().unwrap_or_default();
                let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
                format!("postgres://{host}")
            }
        }
    }
}

/// Builds the URL the driver takes from what follows the scheme.
fn postgres(rest: &str, jdbc: bool, username: Option<&str>, password: Option<&Secret>) -> Result<Secret, String> {
    let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, name) = before.split_once('/').unwrap_or((before, ""));
    let (userinfo, host) = authority.rsplit_once('@').map_or(("", authority), |(user, host)| (user, host));
    if host.is_empty() || name.is_empty() {
        return Err("takes a host and a database name: postgres://HOST[:PORT]/NAME".to_owned());
    }
    if host.contains(',') {
        return Err("takes one host".to_owned());
    }
    let (mut user, mut secret) = match userinfo.split_once(':') {
        Some((user, secret)) => (user.to_owned(), Some(secret.to_owned())),
        None => (userinfo.to_owned(), None),
    };
    let mut parameters: Vec<(String, String)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        match (jdbc, key) {
            (_, "user") => value.clone_into(&mut user),
            (_, "password") => secret = Some(value.to_owned()),
            // The JDBC driver's words for what libpq calls sslmode, sslrootcert and search_path.
            (true, "ssl") => {
                if value != "false" && !parameters.iter().any(|(key, _)| key == "sslmode") {
                    parameters.push(("sslmode".to_owned(), "verify-full".to_owned()));
                }
            }
            (true, "currentSchema") => parameters.push(("options".to_owned(), format!("-c%20search_path%3D{value}"))),
            (true, "sslmode") => {
                parameters.retain(|(key, _)| key != "sslmode");
                parameters.push((key.to_owned(), value.to_owned()));
            }
            (true, "sslrootcert") | (false, _) => parameters.push((key.to_owned(), value.to_owned())),
            (true, "ApplicationName") => parameters.push(("application_name".to_owned(), value.to_owned())),
            (true, other) => return Err(format!("the JDBC parameter {other:?} is not understood")),
        }
    }
    if let Some(username) = username {
        user = percent_encoded(username);
    }
    if let Some(password) = password {
        secret = Some(percent_encoded(password.expose()));
    }
    let mut url = String::from("postgres://");
    if !user.is_empty() {
        url.push_str(&user);
        if let Some(secret) = secret {
            url.push(':');
            url.push_str(&secret);
        }
        url.push('@');
    } else if secret.is_some() {
        return Err("a password without a user name".to_owned());
    }
    url.push_str(host);
    url.push('/');
    url.push_str(name);
    for (position, (key, value)) in parameters.iter().enumerate() {
        let sign = if position == 0 { '?' } else { '&' };
        let _ = write!(url, "{sign}{key}={value}");
    }
    Ok(Secret::from(url))
}

/// RFC 3986 §2.1, §3.2.1: in the user information everything but unreserved characters is written as %XX.
fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str, user: Option<&str>, password: Option<&str>) -> String {
        let password = password.map(|password| Secret::from(password.to_owned()));
        match Database::parse(text, user, password.as_ref()).expect("understood") {
            Database::Postgres(url) => url.expose().to_owned(),
            Database::Sqlite(path) => format!("sqlite:{}", path.display()),
        }
    }

    fn refused(text: &str) -> String {
        Database::parse(text, None, None).err().expect("refused")
    }

    #[test]
    fn a_jdbc_url_becomes_the_drivers() {
        assert_eq!(
            url("jdbc:postgresql://db:5433/id", Some("kc"), Some("p@ss/word")),
            "postgres://kc:p%40ss%2Fword@db:5433/id"
        );
        assert_eq!(
            url("jdbc:postgresql://db/id?user=kc&password=x&ssl=true", None, None),
            "postgres://kc:x@db/id?sslmode=verify-full"
        );
        assert_eq!(
            url("jdbc:postgresql://db/id?ssl=true&sslmode=require", Some("kc"), None),
            "postgres://kc@db/id?sslmode=require"
        );
        assert_eq!(
            url("jdbc:postgresql://db/id?currentSchema=kc", None, None),
            "postgres://db/id?options=-c%20search_path%3Dkc"
        );
    }

    #[test]
    fn user_and_password_settings_replace_those_of_the_url() {
        assert_eq!(url("postgres://a:b@db/id", Some("c"), Some("d")), "postgres://c:d@db/id");
        assert_eq!(url("postgresql://a:b@db/id", None, None), "postgres://a:b@db/id");
    }

    #[test]
    fn sqlite_takes_a_path() {
        assert_eq!(url("sqlite:/var/lib/p.db", None, None), "sqlite:/var/lib/p.db");
        assert_eq!(url("sqlite://p.db", None, None), "sqlite:p.db");
        assert!(refused("sqlite::memory:").contains("path"));
    }

    #[test]
    fn others_are_refused_without_their_password() {
        for bad in [
            "jdbc:h2:file:/x",
            "mysql://u:hunter2@db/x",
            "postgres:///x",
            "postgres://u:hunter2@db",
            "jdbc:postgresql://u:hunter2@a,b/x",
        ] {
            assert!(!refused(bad).contains("hunter2"), "{bad}");
        }
    }

    #[test]
    fn what_is_shown_has_no_password() {
        let database =
            Database::parse("postgres://u:hunter2@db:5432/id?sslmode=require", None, None).expect("understood");
        assert_eq!(database.shown(), "postgres://db:5432/id");
    }
}
