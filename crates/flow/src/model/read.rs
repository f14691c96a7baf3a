//! From a realm's document to flows. An import has checked the names; here nothing is trusted again that could loop.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::{Binding, Execution, ExecutionId, Flow, FlowFault, Flows, MAX_DEPTH, RequiredAction, Requirement, Step};

const CLIENT_FLOW: &str = "client-flow";
const FORM_FLOW: &str = "form-flow";
/// Executions of all flows of a realm, resolved.
const MAX_EXECUTIONS: usize = 20_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawFlow {
    #[serde(default)]
    id: Option<String>,
    alias: String,
    #[serde(default)]
    provider_id: Option<String>,
    #[serde(default)]
    authentication_executions: Vec<RawExecution>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawExecution {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    authenticator: Option<String>,
    #[serde(default)]
    authenticator_config: Option<String>,
    #[serde(default)]
    flow_alias: Option<String>,
    requirement: Requirement,
    #[serde(default)]
    priority: i64,
}

#[derive(Deserialize)]
struct RawConfig {
    #[serde(default)]
    id: Option<String>,
    alias: String,
    #[serde(default)]
    config: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawAction {
    alias: String,
    #[serde(default)]
    provider_id: Option<String>,
    #[serde(default)]
    enabled: bool,
    #[serde(default)]
    default_action: bool,
    #[serde(default)]
    priority: i64,
    #[serde(default)]
    config: BTreeMap<String, Value>,
}

impl Flows {
    /// Reads a realm's document. What cannot be read is left out, and is missed where something names it.
    pub fn read(document: &Value) -> Self {
        let raw: Vec<RawFlow> = list(document, "authenticationFlows");
        let mut configs = BTreeMap::new();
        for config in list::<RawConfig>(document, "authenticatorConfig") {
            let texts = Arc::new(texts(config.config));
            if let Some(id) = config.id {
                configs.insert(id, Arc::clone(&texts));
            }
            configs.insert(config.alias, texts);
        }
        let raw_by_alias: BTreeMap<&str, &RawFlow> = raw.iter().map(|flow| (flow.alias.as_str(), flow)).collect();
        let reader = Reader { by_alias: raw_by_alias, configs, left: Cell::new(MAX_EXECUTIONS) };
        let by_alias = raw.iter().map(|flow| (Arc::from(flow.alias.as_str()), reader.flow(&flow.alias, 0))).collect();
        let names = raw.iter().filter_map(|flow| Some((flow.id.clone()?, Arc::from(flow.alias.as_str())))).collect();
        let bindings = Binding::ALL
            .into_iter()
            .filter_map(|binding| {
                let name = document.get(binding.member())?.as_str()?;
                Some((binding.member(), name.to_owned()))
            })
            .collect();
        let mut actions: Vec<RequiredAction> =
            list::<RawAction>(document, "requiredActions").into_iter().map(RequiredAction::from).collect();
        actions.sort_by_key(|action| action.priority);
        Self { by_alias, names, bindings, actions }
    }
}

impl From<RawAction> for RequiredAction {
    fn from(raw: RawAction) -> Self {
        Self {
            provider: raw.provider_id.as_deref().unwrap_or(&raw.alias).into(),
            alias: raw.alias.into(),
            enabled: raw.enabled,
            default_action: raw.default_action,
            priority: raw.priority,
            config: texts(raw.config),
        }
    }
}

struct Reader<'a> {
    by_alias: BTreeMap<&'a str, &'a RawFlow>,
    configs: BTreeMap<String, Arc<BTreeMap<String, String>>>,
    /// Executions that may still be read: a few flows that name each other often are many, once resolved.
    left: Cell<usize>,
}

impl Reader<'_> {
    fn flow(&self, alias: &str, depth: usize) -> Result<Arc<Flow>, FlowFault> {
        let places = self.by_alias.get(alias).map_or(0, |raw| raw.authentication_executions.len());
        let left = self.left.get().checked_sub(places);
        self.left.set(left.unwrap_or_default());
        if depth > MAX_DEPTH || left.is_none() {
            return Err(FlowFault::Endless(alias.to_owned()));
        }
        let raw = self.by_alias.get(alias).ok_or_else(|| FlowFault::NoSuchFlow(alias.to_owned()))?;
        if raw.provider_id.as_deref() == Some(CLIENT_FLOW) {
            return Err(FlowFault::WrongKind(alias.to_owned()));
        }
        let mut places: Vec<(usize, &RawExecution)> = raw.authentication_executions.iter().enumerate().collect();
        places.sort_by_key(|(_, execution)| execution.priority);
        let executions = places
            .into_iter()
            .map(|(place, execution)| self.execution(raw, place, execution, depth))
            .collect::<Result<_, _>>()?;
        Ok(Arc::new(Flow { alias: alias.into(), executions }))
    }

    fn execution(
        &self,
        flow: &RawFlow,
        place: usize,
        raw: &RawExecution,
        depth: usize,
    ) -> Result<Execution, FlowFault> {
        let inner = match &raw.flow_alias {
            // What is switched off may name what is gone.
            Some(_) if raw.requirement == Requirement::Disabled => None,
            Some(alias) => Some(self.flow(alias, depth + 1)?),
            None => None,
        };
        let step = match (&raw.authenticator, inner) {
            (Some(id), form) => Step::Provider {
                id: id.as_str().into(),
                config: raw
                    .authenticator_config
                    .as_ref()
                    .and_then(|name| self.configs.get(name).cloned())
                    .unwrap_or_default(),
                form: form.filter(|form| self.is_form(&form.alias)),
            },
            (None, Some(inner)) => Step::Flow(inner),
            (None, None) => Step::Flow(Arc::new(Flow { alias: "".into(), executions: Vec::new() })),
        };
        let id = raw.id.as_deref().map_or_else(|| derived(flow, place, raw), ExecutionId::from);
        Ok(Execution { id, requirement: raw.requirement, step })
    }

    fn is_form(&self, alias: &str) -> bool {
        self.by_alias.get(alias).is_some_and(|flow| flow.provider_id.as_deref() == Some(FORM_FLOW))
    }
}

/// A realm file has no ids of executions. One is made of where the execution stands, so that every node makes the same.
fn derived(flow: &RawFlow, place: usize, raw: &RawExecution) -> ExecutionId {
    let what = raw.authenticator.as_deref().or(raw.flow_alias.as_deref()).unwrap_or_default();
    let digest = crypto::digest::sha256(format!("{}\0{place}\0{what}", flow.alias).as_bytes());
    let mut text = String::with_capacity(36);
    for (index, byte) in digest.iter().take(16).enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let _ = write!(text, "{byte:02x}");
    }
    ExecutionId(text.into())
}

fn list<T: for<'de> Deserialize<'de>>(document: &Value, member: &str) -> Vec<T> {
    let Some(Value::Array(items)) = document.get(member) else { return Vec::new() };
    items
        .iter()
        .filter_map(|item| {
            T::deserialize(item)
                .map_err(|error| tracing::warn!(%error, member, "part of a realm's flows is unreadable"))
                .ok()
        })
        .collect()
}

fn texts(values: BTreeMap<String, Value>) -> BTreeMap<String, String> {
    values
        .into_iter()
        .filter_map(|(name, value)| match value {
            Value::String(text) => Some((name, text)),
            Value::Null => None,
            other => Some((name, other.to_string())),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_flow_that_holds_itself_is_a_fault_and_not_a_loop() {
        let flows = Flows::read(&json!({ "authenticationFlows": [
            { "alias": "a", "authenticationExecutions": [{ "flowAlias": "b", "requirement": "REQUIRED" }] },
            { "alias": "b", "authenticationExecutions": [{ "flowAlias": "a", "requirement": "REQUIRED" }] },
        ]}));
        assert!(matches!(flows.get("a"), Err(FlowFault::Endless(_))));
        assert_eq!(flows.get("c"), Err(FlowFault::NoSuchFlow("c".into())));
    }

    #[test]
    fn ids_and_order_do_not_depend_on_who_reads() {
        let document = json!({ "browserFlow": "mine", "authenticationFlows": [
            { "id": "f-1", "alias": "mine", "authenticationExecutions": [
                { "authenticator": "second", "requirement": "REQUIRED", "priority": 20, "authenticatorConfig": "c" },
                { "authenticator": "first", "requirement": "ALTERNATIVE", "priority": 10 },
            ]},
        ], "authenticatorConfig": [{ "alias": "c", "config": { "n": 3, "gone": null } }]});
        let flow = Flows::read(&document).bound(Binding::Browser, None).unwrap();
        let again = Flows::read(&document).get("f-1").unwrap();
        assert_eq!(flow, again);
        let ids: Vec<&str> = flow.providers().into_iter().map(|(_, id)| id).collect();
        assert_eq!(ids, ["first", "second"]);
        let Step::Provider { config, .. } = &flow.executions[1].step else { panic!("a provider") };
        assert_eq!(config.get("n").map(String::as_str), Some("3"));
        assert_eq!(flow.executions[0].id.as_str().len(), 36);
        assert_eq!(flow.find(&flow.executions[1].id), Some(&flow.executions[1]));
    }
}
