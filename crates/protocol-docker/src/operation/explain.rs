//! Explain: for every action that is asked, which rules spoke and what the others lacked.

use std::sync::Arc;

use identity::{Client, Error, Realm};
use protocol::{BoxFuture, Operation, Permission, Portreeve};
use serde_json::{Value, json};

use super::input::{Question, docker_client};
use crate::access::{self, Asker};
use crate::rule::{Effect, Rule};
use crate::scope::{Access, join};

/// The operation.
pub(super) struct Explain;

impl Operation for Explain {
    fn id(&self) -> &'static str {
        "explain"
    }

    fn help(&self) -> &'static str {
        "Why this user gets or does not get each action of these scopes, rule by rule."
    }

    fn permission(&self) -> Permission {
        Permission::ViewClientAndUsers
    }

    fn run<'a>(
        &'a self,
        portreeve: &'a Portreeve,
        realm: &'a Arc<Realm>,
        client: &'a Arc<Client>,
        input: Value,
    ) -> BoxFuture<'a, Result<Value, Error>> {
        Box::pin(async move {
            let docker = docker_client(client)?;
            let question = Question::read(portreeve, realm, input).await?;
            let requested = question.requested()?;
            let entries: Vec<Value> = question.ask(realm, |asker| {
                requested.entries.iter().map(|entry| explain(entry, &docker.rules, asker)).collect()
            });
            Ok(json!({
                "entries": entries,
                "malformed": requested.malformed,
                "rules_not_understood": not_understood(client),
            }))
        })
    }
}

/// Mappers that are in force in the closed sense only.
fn not_understood(client: &Client) -> Vec<Value> {
    client
        .mappers
        .iter()
        .filter(|own| own.protocol == crate::PROTOCOL)
        .filter_map(|own| match crate::mapper::KINDS.iter().find(|kind| kind.id() == own.mapper) {
            None => Some(json!({ "rule": own.name, "faults": ["no such kind of mapper"] })),
            Some(kind) => {
                let faults: Vec<String> = kind
                    .check(&own.config)
                    .into_iter()
                    .map(|fault| format!("{} {}", fault.field, fault.reason))
                    .collect();
                (!faults.is_empty()).then(|| json!({ "rule": own.name, "faults": faults }))
            }
        })
        .collect()
}

fn explain(entry: &Access<'_>, rules: &[Rule], asker: &Asker<'_>) -> Value {
    let decision = access::decide(std::slice::from_ref(entry), rules, asker);
    let actions: Vec<Value> = entry
        .actions
        .iter()
        .map(|action| {
            json!({
                "action": action,
                "granted": decision.granted.iter().any(|granted| granted.actions.contains(action)),
                "rules": rules.iter().map(|rule| judge(rule, entry, action, asker)).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "scope": join(std::slice::from_ref(entry)),
        "granted": join(&decision.granted),
        "denied": join(&decision.denied),
        "actions": actions,
    })
}

fn judge(rule: &Rule, entry: &Access<'_>, action: &str, asker: &Asker<'_>) -> Value {
    let lacks = if !rule.subject.covers(asker) {
        Some("subject")
    } else if !rule.counts_for(asker) {
        Some("conditions")
    } else if !rule.is_about(entry.kind, entry.name, asker) {
        Some("name")
    } else if !rule.covers_action(action) {
        Some("actions")
    } else {
        None
    };
    json!({
        "rule": &*rule.label,
        "effect": match rule.effect { Effect::Allow => "allow", Effect::Deny => "deny" },
        "applies": lacks.is_none(),
        "does_not_match": lacks,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::tests::{Sample, rule};
    use crate::scope;

    #[test]
    fn every_rule_says_what_it_lacks() {
        let sample = Sample { username: "alice".into(), ..Sample::default() };
        let rules = [
            rule("allow", "user:alice", "team/*", "pull"),
            rule("deny", "user:bob", "team/*", "pull"),
            rule("allow", "user:alice", "other/*", "push"),
        ];
        let requested = scope::parse(["repository:team/app:pull,push"]).unwrap();
        let told = explain(&requested.entries[0], &rules, &sample.asker());
        assert_eq!(told["granted"], "repository:team/app:pull");
        assert_eq!(told["denied"], "repository:team/app:push");
        let pull = &told["actions"][0];
        assert_eq!((&pull["granted"], &pull["rules"][0]["applies"]), (&json!(true), &json!(true)));
        assert_eq!(pull["rules"][1]["does_not_match"], "subject");
        assert_eq!(pull["rules"][2]["does_not_match"], "name");
        assert_eq!(told["actions"][1]["rules"][0]["does_not_match"], "actions");
    }
}
