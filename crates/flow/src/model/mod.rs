//! A realm's flows as types, read from its Keycloak document.

mod binding;
mod read;
mod required_action;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use identity::{Realm, RealmId};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};

pub use binding::Binding;
pub use required_action::RequiredAction;

/// Realms whose flows are kept in memory.
const KEPT_REALMS: usize = 256;
/// Flows inside flows. Keycloak's own stand five deep.
pub(crate) const MAX_DEPTH: usize = 16;

/// An execution, by an id that is the same on every node and after an import.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ExecutionId(Arc<str>);

impl ExecutionId {
    /// As text: a UUID.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for ExecutionId {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for ExecutionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether an execution must succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Requirement {
    /// It must.
    #[serde(rename = "REQUIRED")]
    Required,
    /// One of its kind must.
    #[serde(rename = "ALTERNATIVE")]
    Alternative,
    /// A sub-flow that must if its conditions hold.
    #[serde(rename = "CONDITIONAL")]
    Conditional,
    /// It is not there.
    #[serde(rename = "DISABLED")]
    Disabled,
}

/// What an execution runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An authenticator, condition or form action.
    Provider {
        /// Keycloak's id of it.
        id: Arc<str>,
        /// Its configuration.
        config: Arc<BTreeMap<String, String>>,
        /// The form whose actions it shows (`registration-page-form`).
        form: Option<Arc<Flow>>,
    },
    /// A flow inside.
    Flow(Arc<Flow>),
}

/// A place in a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// Its id.
    pub id: ExecutionId,
    /// Whether it must succeed.
    pub requirement: Requirement,
    /// What it runs.
    pub step: Step,
}

/// A flow: executions in their order, sub-flows resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Its name.
    pub alias: Arc<str>,
    /// Its executions, the first to be run first.
    pub executions: Vec<Execution>,
}

impl Flow {
    /// An execution anywhere in the flow.
    pub fn find(&self, id: &ExecutionId) -> Option<&Execution> {
        self.executions.iter().find_map(|execution| {
            if execution.id == *id {
                return Some(execution);
            }
            match &execution.step {
                Step::Flow(inner) => inner.find(id),
                Step::Provider { .. } => None,
            }
        })
    }

    /// Every provider in the flow, switched off or not.
    pub fn providers(&self) -> Vec<(&Execution, &str)> {
        let mut all = Vec::new();
        for execution in &self.executions {
            match &execution.step {
                Step::Provider { id, .. } => all.push((execution, &**id)),
                Step::Flow(inner) => all.extend(inner.providers()),
            }
        }
        all
    }
}

/// Why a realm's flows cannot be run as they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlowFault {
    /// A flow is named that is not there.
    NoSuchFlow(String),
    /// A flow holds itself, or flows are too many deep.
    Endless(String),
    /// The flow has another purpose (a client flow for people, say).
    WrongKind(String),
}

impl fmt::Display for FlowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchFlow(alias) => write!(f, "the realm has no flow `{alias}`"),
            Self::Endless(alias) => write!(f, "the flow `{alias}` holds itself, or is too deep"),
            Self::WrongKind(alias) => write!(f, "the flow `{alias}` is no flow for people"),
        }
    }
}

impl std::error::Error for FlowFault {}

/// All flows of a realm, with what is bound to them.
#[derive(Debug, Clone, Default)]
pub struct Flows {
    by_alias: BTreeMap<Arc<str>, Result<Arc<Flow>, FlowFault>>,
    /// Flow ids, which client overrides may use instead of names.
    names: BTreeMap<String, Arc<str>>,
    bindings: BTreeMap<&'static str, String>,
    actions: Vec<RequiredAction>,
}

impl Flows {
    /// A flow by name or id.
    ///
    /// # Errors
    /// When there is none, or it cannot be run.
    pub fn get(&self, name: &str) -> Result<Arc<Flow>, FlowFault> {
        let alias = self.names.get(name).map_or(name, |alias| alias);
        self.by_alias.get(alias).cloned().unwrap_or_else(|| Err(FlowFault::NoSuchFlow(name.to_owned())))
    }

    /// Required actions that the realm knows, the most urgent first.
    pub fn required_actions(&self) -> &[RequiredAction] {
        &self.actions
    }

    /// A required action that is switched on.
    pub fn required_action(&self, alias: &str) -> Option<&RequiredAction> {
        self.actions.iter().find(|action| action.enabled && *action.alias == *alias)
    }
}

/// Flows of realms, read once for each version of a realm.
pub struct FlowCache(Cache<(RealmId, i64), Arc<Flows>>);

impl Default for FlowCache {
    fn default() -> Self {
        Self(Cache::new(KEPT_REALMS))
    }
}

impl FlowCache {
    /// The realm's flows.
    pub fn of(&self, realm: &Realm) -> Arc<Flows> {
        let key = (realm.id.clone(), realm.version);
        if let Some(known) = self.0.get(&key) {
            return known;
        }
        let read = Arc::new(Flows::read(&realm.document));
        self.0.insert(key, Arc::clone(&read));
        read
    }
}
