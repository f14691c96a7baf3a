//! The person has what the sub-flow would ask for: one of its alternatives, or all that it requires.

use super::Condition;
use crate::{BoxFuture, Context, Flow, Refusal, Requirement, Step, authenticator};

pub(super) struct UserConfigured;

impl Condition for UserConfigured {
    fn id(&self) -> &'static str {
        "conditional-user-configured"
    }

    fn holds<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Result<bool, Refusal>> {
        Box::pin(async move {
            let Some(user) = context.user().await? else { return Ok(false) };
            Ok(is_configured(context.parent, context.scene.realm, &user))
        })
    }
}

fn is_configured(flow: &Flow, realm: &identity::Realm, user: &identity::User) -> bool {
    let (mut any_required, mut any_alternative, mut alternative_ok) = (false, false, false);
    for execution in &flow.executions {
        let configured = match &execution.step {
            Step::Flow(inner) => is_configured(inner, realm, user),
            // What has no credential of its own (conditions among them) is no reason for or against.
            Step::Provider { id, .. } => {
                let known = authenticator::ALL.iter().find(|known| known.ids().contains(&&**id));
                if known.is_none() && id.starts_with("conditional-") {
                    continue;
                }
                // Of a kind that is not known here nobody has any.
                known.is_some_and(|known| known.is_configured_for(realm, user))
            }
        };
        match execution.requirement {
            Requirement::Required if !configured => return false,
            Requirement::Required => any_required = true,
            Requirement::Alternative => {
                any_alternative = true;
                alternative_ok |= configured;
            }
            Requirement::Conditional | Requirement::Disabled => {}
        }
    }
    any_required || (any_alternative && alternative_ok)
}
