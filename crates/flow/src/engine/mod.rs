//! The engine: runs a flow until somebody has to be asked, is let in, or is refused.
//!
//! The rules are Keycloak's. In one flow the required executions count, each in its turn; without any, the first alternative
//! that succeeds does. A conditional sub-flow is required if all its conditions hold, and not there otherwise. A flow in which
//! nothing was left to succeed has not succeeded.

#[cfg(test)]
mod tests;
mod walk;

use std::sync::Arc;

use crate::authenticator::{self, Authenticator};
use crate::condition::{self, Condition};
use crate::{Challenge, ExecutionId, Fields, Flow, FlowState, Page, Refusal, Scene, Step, Way};
use walk::{Walk, Walker};

/// What a request brings to a flow.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// Nothing: the flow is entered, or its page shown again.
    Enter,
    /// A form of an execution's page, or what stands for one.
    Form {
        /// The execution that the form names.
        execution: &'a ExecutionId,
        /// Its fields.
        fields: &'a Fields,
    },
    /// Other ways are to be shown.
    TryAnother,
    /// One of them was chosen.
    Choose(&'a ExecutionId),
}

/// A page to be shown.
#[derive(Debug)]
pub struct Shown {
    /// The execution that asks.
    pub execution: ExecutionId,
    /// What it asks.
    pub challenge: Challenge,
    /// Ways that are open instead of it, itself among them; empty when there is no other.
    pub ways: Vec<Way>,
}

/// How a request to a flow ends.
#[derive(Debug)]
pub enum Outcome {
    /// Somebody has to be asked.
    Show(Box<Shown>),
    /// The flow is through; the state's evidence says for whom.
    Done,
    /// It is not.
    Refused(Refusal),
    /// The form is of a page that is not the one to be answered now.
    Stale,
}

/// The engine, with what executions may name.
#[derive(Clone)]
pub struct Engine {
    authenticators: Arc<[&'static dyn Authenticator]>,
    conditions: Arc<[&'static dyn Condition]>,
}

impl Default for Engine {
    fn default() -> Self {
        Self { authenticators: authenticator::ALL.into(), conditions: condition::ALL.into() }
    }
}

impl Engine {
    /// One that knows these alone, for tests.
    #[cfg(test)]
    pub(crate) fn of(authenticators: &[&'static dyn Authenticator], conditions: &[&'static dyn Condition]) -> Self {
        Self { authenticators: authenticators.into(), conditions: conditions.into() }
    }

    fn authenticator(&self, id: &str) -> Option<&'static dyn Authenticator> {
        self.authenticators.iter().copied().find(|known| known.ids().contains(&id))
    }

    fn condition(&self, id: &str) -> Option<&'static dyn Condition> {
        self.conditions.iter().copied().find(|known| known.id() == id)
    }

    /// Whether this server has what an execution may name.
    pub fn knows(&self, provider: &str) -> bool {
        self.authenticator(provider).is_some() || self.condition(provider).is_some()
    }

    /// Runs a flow on.
    pub async fn run(&self, scene: &Scene<'_>, flow: &Arc<Flow>, state: &mut FlowState, input: Input<'_>) -> Outcome {
        let mut walker = Walker { engine: self, scene, state, top: flow };
        match input {
            Input::Enter => {}
            Input::Form { execution, fields } => {
                // A57: only the page that was shown last is answered.
                if walker.state.current.as_ref() != Some(execution) {
                    return Outcome::Stale;
                }
                match walker.answer(execution, fields).await {
                    Ok(None) => {}
                    Ok(Some(shown)) => return Outcome::Show(Box::new(shown)),
                    Err(refusal) => return Outcome::Refused(refusal),
                }
            }
            Input::TryAnother => {
                let Some(current) = walker.state.current.clone() else { return Outcome::Stale };
                let ways = walker.ways(&current).await;
                if ways.len() > 1 {
                    let challenge = Challenge::new(Page::Select);
                    return Outcome::Show(Box::new(Shown { execution: current, challenge, ways }));
                }
            }
            Input::Choose(execution) => {
                let Some(current) = walker.state.current.clone() else { return Outcome::Stale };
                let ways = walker.ways(&current).await;
                if !ways.iter().any(|way| way.execution == *execution) {
                    return Outcome::Stale;
                }
                for way in &ways {
                    walker.state.chosen.remove(&way.execution);
                }
                walker.state.chosen.insert(execution.clone());
                walker.state.statuses.remove(execution);
            }
        }
        match walker.walk(flow).await {
            Walk::Show(shown) => Outcome::Show(shown),
            Walk::Refused(refusal) => Outcome::Refused(refusal),
            Walk::NotSuccess(refusal) => Outcome::Refused(refusal.unwrap_or(Refusal::InvalidCredentials)),
            Walk::Success if walker.state.evidence.is_none() => Outcome::Refused(Refusal::UnknownUser),
            Walk::Success => {
                walker.state.current = None;
                Outcome::Done
            }
        }
    }
}

/// The flow in which an execution stands directly.
fn parent_of<'a>(flow: &'a Flow, id: &ExecutionId) -> Option<&'a Flow> {
    for execution in &flow.executions {
        if execution.id == *id {
            return Some(flow);
        }
        if let Step::Flow(inner) = &execution.step
            && let Some(found) = parent_of(inner, id)
        {
            return Some(found);
        }
    }
    None
}
