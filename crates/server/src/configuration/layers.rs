//! The layers under one another: defaults, file, Keycloak's environment names, environment, flags.
//!
//! Each layer only says what it was given; a later one replaces an earlier one setting by setting. Faults are gathered,
//! so that one run tells all of them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use crypto::secret::Secret;

use super::keys::{self, Kind};

/// Prefix of our own environment names.
const PREFIX: &str = "PORTREEVE_";

/// Names under our prefix that an orchestrator sets by itself when a service is called `portreeve` (Kubernetes service
/// links, `docker --link`): not settings, and no reason to refuse a start.
fn set_by_orchestrator(rest: &str) -> bool {
    rest.starts_with("SERVICE_")
        || rest == "PORT"
        || rest.starts_with("PORT_")
        || rest == "NAME"
        || rest.starts_with("ENV_")
}

/// Names that this project's own test and bench commands hand down to what they start.
fn of_the_tests(rest: &str) -> bool {
    matches!(rest, "BIN" | "TOOLS") || rest.starts_with("TEST_") || rest.starts_with("BENCH_")
}

/// Where a value came from, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Default,
    File(String),
    Environment(String),
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => out.write_str("default"),
            Self::File(path) => write!(out, "file {path}"),
            Self::Environment(name) => write!(out, "environment {name}"),
            Self::Flag(flag) => write!(out, "flag {flag}"),
        }
    }
}

/// One thing that is wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigurationFault {
    /// The setting, as the file writes it, or the file itself.
    pub setting: String,
    /// Where it was said, in words.
    pub origin: String,
    /// What is wrong and what is expected; never holds a secret's value.
    pub reason: String,
}

impl fmt::Display for ConfigurationFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({}): {}", self.setting, self.origin, self.reason)
    }
}

/// A value as it was written, and by whom.
#[derive(Clone)]
pub(crate) struct Said {
    pub(crate) values: Vec<Secret>,
    /// The value is the path of a file that holds it.
    pub(crate) in_file: bool,
    pub(crate) origin: Origin,
}

/// What all layers together say.
#[derive(Default)]
pub(crate) struct Layers {
    said: BTreeMap<&'static str, Said>,
    pub(crate) faults: Vec<ConfigurationFault>,
}

impl Layers {
    /// Lowest layer: the table's own defaults.
    pub(crate) fn with_defaults() -> Self {
        let mut layers = Self::default();
        for key in keys::KEYS {
            if let Some(default) = key.default {
                let said =
                    Said { values: vec![Secret::from(default.to_owned())], in_file: false, origin: Origin::Default };
                layers.said.insert(key.name, said);
            }
        }
        layers
    }

    pub(crate) fn fault(&mut self, setting: &str, origin: &Origin, reason: impl Into<String>) {
        self.faults.push(ConfigurationFault {
            setting: setting.to_owned(),
            origin: origin.to_string(),
            reason: reason.into(),
        });
    }

    /// Puts one layer's words over what is known. Within a layer, a secret and its `_file` exclude each other.
    pub(crate) fn lay(&mut self, words: Vec<(String, Vec<Secret>, Origin)>) {
        let mut layer: BTreeMap<&'static str, Said> = BTreeMap::new();
        for (name, values, origin) in words {
            let found = match keys::find(&name) {
                Some(key) => Some((key, false)),
                None => name
                    .strip_suffix("_file")
                    .and_then(keys::find)
                    .filter(|key| key.kind == Kind::Secret)
                    .map(|key| (key, true)),
            };
            let Some((key, in_file)) = found else {
                self.fault(&name, &origin, "no such setting");
                continue;
            };
            if key.kind != Kind::List && values.len() != 1 {
                self.fault(&name, &origin, "takes one value");
                continue;
            }
            if layer.get(key.name).is_some_and(|earlier| earlier.in_file != in_file) {
                self.fault(key.name, &origin, format!("say either {0} or {0}_file, not both", key.name));
                continue;
            }
            layer.insert(key.name, Said { values, in_file, origin });
        }
        self.said.extend(layer);
    }

    /// Second layer: a TOML file.
    pub(crate) fn lay_file(&mut self, path: &Path) {
        let origin = Origin::File(path.display().to_string());
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return self.fault("config", &origin, format!("cannot be read: {error}")),
        };
        let table: toml::Table = match toml::from_str(&text) {
            Ok(table) => table,
            // The message alone: the parser's full display quotes the line, which may hold a secret.
            Err(error) => {
                let at = error.span().map_or(0, |span| line_of(&text, span.start));
                return self.fault("config", &origin, format!("line {at}: {}", error.message()));
            }
        };
        let mut words = Vec::new();
        for (name, value) in table {
            match written(value) {
                Some(values) => words.push((name, values, origin.clone())),
                None => self.fault(&name, &origin, "takes text, a number or a list of texts"),
            }
        }
        self.lay(words);
    }

    /// Fourth layer: `PORTREEVE_<NAME>`.
    pub(crate) fn lay_environment(&mut self, environment: &BTreeMap<String, String>) {
        let mut words = Vec::new();
        for (variable, value) in environment {
            let Some(rest) = variable.strip_prefix(PREFIX) else { continue };
            if rest == "CONFIG" || set_by_orchestrator(rest) || of_the_tests(rest) {
                continue;
            }
            let name = rest.to_ascii_lowercase();
            let values = match keys::find(&name).map(|key| key.kind) {
                Some(Kind::List) => value
                    .split(',')
                    .map(str::trim)
                    .filter(|part| !part.is_empty())
                    .map(|part| Secret::from(part.to_owned()))
                    .collect(),
                _ => vec![Secret::from(value.clone())],
            };
            words.push((name, values, Origin::Environment(variable.clone())));
        }
        self.lay(words);
    }

    /// Top layer: what the command line said.
    pub(crate) fn lay_flags(&mut self, flags: Vec<(&'static str, Vec<String>)>) {
        let words = flags
            .into_iter()
            .filter(|(_, values)| !values.is_empty())
            .map(|(name, values)| {
                let origin = Origin::Flag(format!("--{}", name.replace('_', "-")));
                (name.to_owned(), values.into_iter().map(Secret::from).collect(), origin)
            })
            .collect();
        self.lay(words);
    }

    /// What was said about a setting.
    pub(crate) fn get(&self, name: &str) -> Option<&Said> {
        self.said.get(name)
    }

    /// Where a setting was said, for a fault that is found later.
    pub(crate) fn origin(&self, name: &str) -> Origin {
        self.get(name).map_or(Origin::Default, |said| said.origin.clone())
    }

    /// The one value of a setting. An empty one counts as not said, as environments of compose files leave them.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let value = self.get(name)?.values.first()?.expose();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// All values of a list.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        self.get(name)
            .map(|said| said.values.iter().map(|value| value.expose().to_owned()).collect())
            .unwrap_or_default()
    }

    /// A secret, from its value or from the file that holds it (the line end that editors add is not part of it).
    pub(crate) fn secret(&mut self, name: &str) -> Option<Secret> {
        let said = self.get(name)?.clone();
        let value = said.values.first()?;
        if value.expose().is_empty() {
            return None;
        }
        if !said.in_file {
            return Some(value.clone());
        }
        match std::fs::read_to_string(value.expose()) {
            Ok(text) => Some(Secret::from(text.trim_end_matches(['\r', '\n']).to_owned())),
            Err(error) => {
                self.fault(&format!("{name}_file"), &said.origin, format!("cannot be read: {error}"));
                None
            }
        }
    }

    /// A whole number between two bounds, both allowed.
    pub(crate) fn number(&mut self, name: &str, least: u64, most: u64) -> Option<u64> {
        let text = self.text(name)?;
        match text.parse::<u64>() {
            Ok(number) if (least..=most).contains(&number) => Some(number),
            _ => {
                let origin = self.origin(name);
                self.fault(name, &origin, format!("takes a whole number from {least} to {most}, not {text:?}"));
                None
            }
        }
    }
}

/// A TOML value in the one form that every layer shares.
fn written(value: toml::Value) -> Option<Vec<Secret>> {
    let one = |value: toml::Value| match value {
        toml::Value::String(text) => Some(Secret::from(text)),
        toml::Value::Integer(number) => Some(Secret::from(number.to_string())),
        _ => None,
    };
    match value {
        toml::Value::Array(values) => values.into_iter().map(one).collect(),
        value => one(value).map(|value| vec![value]),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
