//! Who may: the subjects that rules let do something, and those that rules keep from it.

use std::sync::Arc;

use identity::{Client, Error, Realm};
use protocol::{BoxFuture, Operation, Permission, Portreeve};
use serde::Deserialize;
use serde_json::{Value, json};

use super::input::docker_client;
use crate::mapper::{access_rule, allow_all};
use crate::rule::key;
use crate::rule::pattern::{Pattern, Values, Variable};
use crate::scope::{self, Access};

/// The operation.
pub(super) struct WhoMay;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    scope: Vec<String>,
}

impl Operation for WhoMay {
    fn id(&self) -> &'static str {
        "who-may"
    }

    fn help(&self) -> &'static str {
        "For each action of these scopes, the subjects that rules allow it and deny it; rules with variables are told apart."
    }

    fn permission(&self) -> Permission {
        Permission::ViewClient
    }

    fn run<'a>(
        &'a self,
        _portreeve: &'a Portreeve,
        _realm: &'a Arc<Realm>,
        client: &'a Arc<Client>,
        input: Value,
    ) -> BoxFuture<'a, Result<Value, Error>> {
        Box::pin(async move {
            docker_client(client)?;
            let input: Input = serde_json::from_value(input).map_err(|error| Error::invalid("", error.to_string()))?;
            let requested = scope::parse(input.scope.iter().map(String::as_str))
                .map_err(|_| Error::invalid("scope", "holds too many scopes"))?;
            let entries: Vec<Value> = requested.entries.iter().map(|entry| who_may(entry, client)).collect();
            Ok(json!({ "entries": entries, "malformed": requested.malformed }))
        })
    }
}

/// Nobody in particular: a pattern with variables matches no name for them.
struct NoValues;

impl Values for NoValues {
    fn values<'a>(&'a self, _: &Variable) -> Vec<&'a str> {
        Vec::new()
    }
}

fn who_may(entry: &Access<'_>, client: &Client) -> Value {
    let actions: Vec<Value> = entry
        .actions
        .iter()
        .map(|action| {
            let (mut allow, mut deny) = (Vec::new(), Vec::new());
            for own in client.mappers.iter().filter(|own| own.protocol == crate::PROTOCOL) {
                match own.mapper.as_str() {
                    allow_all::ID => allow.push(json!({ "rule": own.name, "subject": "authenticated" })),
                    access_rule::ID => {
                        let text = |name: &str| {
                            own.config.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
                        };
                        let Some(told) = speaks(entry, action, &text) else { continue };
                        let mut line = json!({ "rule": own.name, "subject": text(key::SUBJECT) });
                        if let Some(members) = line.as_object_mut() {
                            if told == Speaks::ForSome {
                                members.insert("name".into(), json!(text(key::NAME)));
                            }
                            for condition in [key::NETWORKS, key::HOURS, key::CREDENTIALS] {
                                if let Some(value) = text(condition) {
                                    members.insert(condition.into(), json!(value));
                                }
                            }
                        }
                        if text(key::EFFECT).is_none_or(|effect| effect == "allow") {
                            allow.push(line);
                        } else {
                            deny.push(line);
                        }
                    }
                    _ => deny.push(json!({ "rule": own.name, "subject": "anyone" })),
                }
            }
            json!({ "action": action, "allow": allow, "deny": deny })
        })
        .collect();
    json!({ "type": entry.kind, "name": entry.name, "actions": actions })
}

#[derive(PartialEq)]
enum Speaks {
    /// For everybody whom the subject names.
    ForAll,
    /// For those whose variables fit.
    ForSome,
}

/// Whether a rule speaks of the action on the resource. A rule that is not understood allows nothing and denies
/// everything.
fn speaks<'c>(entry: &Access<'_>, action: &str, text: &impl Fn(&str) -> Option<&'c str>) -> Option<Speaks> {
    let config =
        [key::EFFECT, key::SUBJECT, key::TYPE, key::NAME, key::ACTIONS, key::NETWORKS, key::HOURS, key::CREDENTIALS]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), text(name)?.to_owned())))
            .collect();
    let Ok(rule) = crate::rule::Rule::parse("", &config) else {
        return text(key::EFFECT).is_some_and(|effect| effect != "allow").then_some(Speaks::ForAll);
    };
    if text(key::TYPE).unwrap_or(scope::REPOSITORY) != entry.kind || !rule.covers_action(action) {
        return None;
    }
    match Pattern::parse(text(key::NAME)?).ok()? {
        pattern @ Pattern::Fixed(_) => (pattern.matches(entry.name, &NoValues) == Some(true)).then_some(Speaks::ForAll),
        Pattern::Template(_) => Some(Speaks::ForSome),
    }
}
