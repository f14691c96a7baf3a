//! Conditions of sub-flows: one file for each.

mod attribute;
mod client_scope;
mod credential;
mod level;
mod role;
mod sub_flow_executed;
mod user_configured;

pub(crate) use level::levels_of;

use crate::{BoxFuture, Context, Refusal};

/// Whether a sub-flow is there.
pub trait Condition: Send + Sync {
    /// Keycloak's id of it.
    fn id(&self) -> &'static str;

    /// Whether it holds. Asked once in a log-in, when its sub-flow has its turn.
    fn holds<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Result<bool, Refusal>>;

    /// Its sub-flow has succeeded.
    fn passed<'a>(&'a self, _context: &'a mut Context<'_>) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// All of them.
pub(crate) static ALL: &[&dyn Condition] = &[
    &user_configured::UserConfigured,
    &role::UserRole,
    &attribute::UserAttribute,
    &level::Level,
    &credential::Credential,
    &sub_flow_executed::SubFlowExecuted,
    &client_scope::ClientScope,
];
