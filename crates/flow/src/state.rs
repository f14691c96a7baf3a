//! Where a flow stands, between two pages.

use std::collections::{BTreeMap, BTreeSet};

use identity::UserId;
use serde::{Deserialize, Serialize};

use crate::{ExecutionId, Levels};

/// What became of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// It succeeded.
    Success,
    /// It will be set up by a required action, which counts as success.
    Setup,
    /// It had nothing to go by.
    Attempted,
    /// It failed, and another way was taken.
    Failed,
    /// A condition held.
    Held,
    /// A condition did not hold.
    NotHeld,
}

/// Where a flow stands. Kept by the server alone: a browser never sees it and cannot choose it (A57).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowState {
    /// What became of which execution.
    pub(crate) statuses: BTreeMap<ExecutionId, Status>,
    /// The execution whose page is shown.
    pub(crate) current: Option<ExecutionId>,
    /// Alternatives that the person chose.
    pub(crate) chosen: BTreeSet<ExecutionId>,
    /// Who it is about; nothing is proved by it.
    pub(crate) user: Option<UserId>,
    /// What has been proved, as text that the realm has authenticated.
    pub(crate) evidence: Option<String>,
    /// The name that was typed.
    pub username: Option<String>,
    /// Whether the person wants to be remembered.
    pub remember_me: bool,
    /// What authenticators want to know again.
    pub notes: BTreeMap<String, String>,
    /// What the person has to do once the flow is through.
    pub required_actions: BTreeSet<String>,
    /// Levels of authentication.
    pub levels: Levels,
    /// Whether an older session was enough.
    pub by_session: bool,
    /// Whether this log-in makes a new account.
    pub registered: bool,
}

impl FlowState {
    /// The execution whose page is shown.
    pub fn current(&self) -> Option<&ExecutionId> {
        self.current.as_ref()
    }

    /// Who it is about, proved or not.
    pub fn user(&self) -> Option<&UserId> {
        self.user.as_ref()
    }

    /// What has been proved.
    pub fn evidence(&self) -> Option<&str> {
        self.evidence.as_deref()
    }

    /// Goes on with what was proved elsewhere: who it is about, and evidence as the realm keeps it.
    pub fn is_proven(&mut self, user: UserId, evidence: String) {
        self.user = Some(user);
        self.evidence = Some(evidence);
    }

    /// What became of an execution.
    pub fn status(&self, id: &ExecutionId) -> Option<Status> {
        self.statuses.get(id).copied()
    }

    /// Who is meant, where the server knows it by itself: a link that was sent to somebody speaks for them. It proves
    /// nothing, and changes nothing where somebody is known already.
    pub fn is_about(&mut self, user: &UserId) {
        self.user.get_or_insert_with(|| user.clone());
    }

    /// Starts over: nothing is proved any more, and nobody is known.
    pub fn restart(&mut self) {
        let levels = Levels { requested: self.levels.requested, ..Levels::default() };
        *self = Self { levels, ..Self::default() };
    }
}
