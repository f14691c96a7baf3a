//! One walk over a flow, from its top to where it stops.

use std::sync::Arc;

use super::{Engine, Shown, parent_of};
use crate::authenticator::Authenticator;
use crate::{
    BoxFuture, Context, Execution, ExecutionId, Fields, Flow, FlowState, Refusal, Requirement, Scene, Status, Step,
    Verdict, Way,
};

/// Where a walk stops.
pub(super) enum Walk {
    Success,
    /// Nothing succeeded; the last reason, if there was one.
    NotSuccess(Option<Refusal>),
    Show(Box<Shown>),
    Refused(Refusal),
}

pub(super) struct Walker<'a> {
    pub(super) engine: &'a Engine,
    pub(super) scene: &'a Scene<'a>,
    pub(super) state: &'a mut FlowState,
    pub(super) top: &'a Flow,
}

impl Walker<'_> {
    /// Walks a flow. It ends: executions are finitely many, each is run at most once, and only what was not run before.
    pub(super) fn walk<'b>(&'b mut self, flow: &'b Flow) -> BoxFuture<'b, Walk> {
        Box::pin(async move {
            let present = |execution: &&Execution| {
                execution.requirement != Requirement::Disabled && self.engine.condition_of(execution).is_none()
            };
            let present: Vec<&Execution> = flow.executions.iter().filter(present).collect();
            let is_alternative = |execution: &&&Execution| execution.requirement == Requirement::Alternative;
            let (alternatives, required): (Vec<&Execution>, Vec<&Execution>) =
                present.iter().copied().partition(|execution| is_alternative(&execution));
            if required.is_empty() {
                self.alternatives(flow, alternatives).await
            } else {
                self.required(flow, required).await
            }
        })
    }

    async fn required(&mut self, flow: &Flow, required: Vec<&Execution>) -> Walk {
        let mut any = false;
        for execution in required {
            if execution.requirement == Requirement::Conditional {
                match self.conditions_hold(execution).await {
                    Ok(true) => {}
                    Ok(false) => continue,
                    Err(refusal) => return Walk::Refused(refusal),
                }
            }
            any = true;
            match self.process(flow, execution).await {
                Walk::Success => {}
                Walk::NotSuccess(refusal) => return Walk::NotSuccess(refusal),
                stop => return stop,
            }
        }
        if any { Walk::Success } else { Walk::NotSuccess(None) }
    }

    async fn alternatives(&mut self, flow: &Flow, mut alternatives: Vec<&Execution>) -> Walk {
        // What the person chose is asked first.
        alternatives.sort_by_key(|execution| !self.state.chosen.contains(&execution.id));
        let mut last = None;
        for execution in alternatives {
            match self.process(flow, execution).await {
                Walk::NotSuccess(refusal) => last = refusal.or(last),
                stop => return stop,
            }
        }
        Walk::NotSuccess(last)
    }

    async fn process(&mut self, flow: &Flow, execution: &Execution) -> Walk {
        match self.state.status(&execution.id) {
            Some(Status::Success | Status::Setup) => return Walk::Success,
            Some(Status::Attempted | Status::Failed) => return Walk::NotSuccess(None),
            _ => {}
        }
        match &execution.step {
            Step::Flow(inner) => {
                let walk = self.walk(inner).await;
                if matches!(walk, Walk::Success) {
                    self.set(execution, Status::Success);
                    if let Err(refusal) = self.passed(inner).await {
                        return Walk::Refused(refusal);
                    }
                }
                walk
            }
            Step::Provider { id, .. } => {
                let is_required = execution.requirement != Requirement::Alternative;
                let Some(authenticator) = self.engine.authenticator(id) else {
                    if is_required {
                        return Walk::Refused(Refusal::UnknownAuthenticator(id.to_string()));
                    }
                    tracing::warn!(authenticator = %id, "an alternative of a flow is not known here and is passed over");
                    return Walk::NotSuccess(None);
                };
                self.provider(flow, execution, authenticator, is_required).await
            }
        }
    }

    async fn provider(
        &mut self,
        flow: &Flow,
        execution: &Execution,
        authenticator: &'static dyn Authenticator,
        is_required: bool,
    ) -> Walk {
        let closed = |refusal| if is_required { Walk::Refused(refusal) } else { Walk::NotSuccess(Some(refusal)) };
        let user = match self.user().await {
            Ok(user) => user,
            Err(refusal) => return Walk::Refused(refusal),
        };
        match &user {
            None if authenticator.requires_user() => return closed(Refusal::UnknownUser),
            Some(user) if !authenticator.is_configured_for(self.scene.realm, user) => {
                return match authenticator.setup() {
                    Some(action) if is_required => {
                        self.state.required_actions.insert(action.to_owned());
                        self.set(execution, Status::Setup);
                        Walk::Success
                    }
                    _ => closed(Refusal::NotConfigured),
                };
            }
            _ => {}
        }
        let verdict = authenticator.begin(&mut self.context(flow, execution)).await;
        self.judge(execution, verdict).await
    }

    /// What a verdict means at its place.
    async fn judge(&mut self, execution: &Execution, verdict: Verdict) -> Walk {
        let is_required = execution.requirement != Requirement::Alternative;
        match verdict {
            Verdict::Success => {
                self.set(execution, Status::Success);
                Walk::Success
            }
            Verdict::Attempted if is_required => Walk::Refused(Refusal::InvalidCredentials),
            Verdict::Attempted => {
                self.set(execution, Status::Attempted);
                Walk::NotSuccess(None)
            }
            Verdict::Challenge(challenge) => {
                self.state.current = Some(execution.id.clone());
                let ways = self.ways(&execution.id).await;
                let ways = if ways.len() > 1 { ways } else { Vec::new() };
                Walk::Show(Box::new(Shown { execution: execution.id.clone(), challenge, ways }))
            }
            Verdict::Failed(refusal) if is_required => Walk::Refused(refusal),
            Verdict::Failed(refusal) => {
                self.set(execution, Status::Failed);
                Walk::NotSuccess(Some(refusal))
            }
            Verdict::Refused(refusal) => Walk::Refused(refusal),
        }
    }

    /// Gives a form to the execution it is for. A page comes back if it is not satisfied.
    pub(super) async fn answer(&mut self, id: &ExecutionId, fields: &Fields) -> Result<Option<Shown>, Refusal> {
        let top = self.top;
        let parent = parent_of(top, id).ok_or(Refusal::InvalidCredentials)?;
        let execution = top.find(id).ok_or(Refusal::InvalidCredentials)?;
        let Step::Provider { id: provider, .. } = &execution.step else { return Err(Refusal::InvalidCredentials) };
        let authenticator =
            self.engine.authenticator(provider).ok_or_else(|| Refusal::UnknownAuthenticator(provider.to_string()))?;
        let verdict = authenticator.answer(&mut self.context(parent, execution), fields).await;
        match self.judge(execution, verdict).await {
            Walk::Show(shown) => Ok(Some(*shown)),
            Walk::Refused(refusal) => Err(refusal),
            Walk::Success | Walk::NotSuccess(_) => Ok(None),
        }
    }

    /// Whether all conditions of a conditional sub-flow hold. One without conditions is not there, as in Keycloak.
    async fn conditions_hold(&mut self, execution: &Execution) -> Result<bool, Refusal> {
        let Step::Flow(inner) = &execution.step else { return Ok(false) };
        let mut any = false;
        for place in inner.executions.iter().filter(|place| place.requirement != Requirement::Disabled) {
            let Some(condition) = self.engine.condition_of(place) else { continue };
            any = true;
            let condition = condition?;
            let holds = match self.state.status(&place.id) {
                Some(Status::Held) => true,
                Some(Status::NotHeld) => false,
                _ => {
                    let holds = condition.holds(&mut self.context(inner, place)).await?;
                    self.set(place, if holds { Status::Held } else { Status::NotHeld });
                    holds
                }
            };
            if !holds {
                return Ok(false);
            }
        }
        Ok(any)
    }

    /// Tells the conditions of a sub-flow that it succeeded.
    async fn passed(&mut self, inner: &Flow) -> Result<(), Refusal> {
        for place in inner.executions.iter().filter(|place| place.requirement != Requirement::Disabled) {
            if let Some(condition) = self.engine.condition_of(place) {
                condition?.passed(&mut self.context(inner, place)).await?;
            }
        }
        Ok(())
    }

    /// Credentials that could be asked for instead of the current one, itself among them.
    pub(super) async fn ways(&self, current: &ExecutionId) -> Vec<Way> {
        let Some(parent) = parent_of(self.top, current) else { return Vec::new() };
        let Ok(Some(user)) = self.user().await else { return Vec::new() };
        parent
            .executions
            .iter()
            .filter(|place| place.requirement == Requirement::Alternative)
            .filter(|place| self.state.status(&place.id).is_none() || place.id == *current)
            .filter_map(|place| {
                let Step::Provider { id, .. } = &place.step else { return None };
                let authenticator = self.engine.authenticator(id)?;
                let is_open = authenticator.is_credential() && authenticator.is_configured_for(self.scene.realm, &user);
                let name = authenticator.ids().iter().copied().find(|own| *own == &**id)?;
                is_open.then(|| Way { execution: place.id.clone(), authenticator: name })
            })
            .collect()
    }

    async fn user(&self) -> Result<Option<Arc<identity::User>>, Refusal> {
        match &self.state.user {
            Some(id) => Ok(self.scene.identity.find_user(self.scene.realm, id).await?),
            None => Ok(None),
        }
    }

    fn set(&mut self, execution: &Execution, status: Status) {
        self.state.statuses.insert(execution.id.clone(), status);
    }

    fn context<'b>(&'b mut self, parent: &'b Flow, execution: &'b Execution) -> Context<'b> {
        static NOTHING: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
        let (config, form) = match &execution.step {
            Step::Provider { config, form, .. } => (&**config, form.as_deref()),
            Step::Flow(_) => (&NOTHING, None),
        };
        Context { scene: self.scene, state: self.state, execution, config, form, parent, top: self.top }
    }
}

impl Engine {
    /// The condition at a place; an error for one that is not known here: whether it holds cannot be told.
    fn condition_of(&self, place: &Execution) -> Option<Result<&'static dyn crate::Condition, Refusal>> {
        let Step::Provider { id, .. } = &place.step else { return None };
        match self.condition(id) {
            Some(condition) => Some(Ok(condition)),
            None if id.starts_with("conditional-") => Some(Err(Refusal::UnknownAuthenticator(id.to_string()))),
            None => None,
        }
    }
}
