//! Keycloak's authentication flows as data, and the engine that runs them.
//!
//! Owns: the typed view of a realm's flows, executions, configurations, required actions and bindings ([`Flows`]), the
//! engine with its state ([`Engine`], [`FlowState`]), one file for each authenticator and condition. Does not own: pages,
//! cookies, mail, sessions, any protocol's words; what proves somebody is `identity`'s [`identity::Evidence`]. Floor 2;
//! imports `identity` and `crypto`.
//!
//! | what | where |
//! |---|---|
//! | flows as data | `model/` |
//! | how requirements, conditions and sub-flows are walked | `engine/` |
//! | what runs in an execution | `authenticator/`, `condition/`; each list is its `mod.rs` |
//! | what a page is asked to show | `challenge.rs` |

mod authenticator;
mod challenge;
mod condition;
mod direct_grant;
mod engine;
mod fields;
mod levels;
mod model;
mod scene;
mod state;
mod verdict;

pub use authenticator::{Authenticator, FORM_ACTIONS, FormAction};
pub use challenge::{Challenge, Message, Page, Way};
pub use condition::Condition;
pub use direct_grant::direct_grant;
pub use engine::{Engine, Input, Outcome, Shown};
pub use fields::Fields;
pub use levels::{LOA_MAP, Levels};
pub use model::{
    Binding, Execution, ExecutionId, Flow, FlowCache, FlowFault, Flows, RequiredAction, Requirement, Step,
};
pub use scene::{Context, Request, Scene, Services};
pub use state::{FlowState, Status};
pub use verdict::{Refusal, Verdict};

pub use identity::BoxFuture;
