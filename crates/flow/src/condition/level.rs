//! Step-up: a sub-flow that is asked for a level of authentication (`loa-condition-level`), unless it was reached already and
//! not too long ago (`loa-max-age`).

use super::Condition;
use crate::{BoxFuture, Context, Flow, Refusal, Step};

pub(super) struct Level;

const ID: &str = "conditional-level-of-authentication";
/// Seconds that a level holds where nothing is configured, as Keycloak's form has it.
const MAX_AGE: i64 = 36_000;

impl Condition for Level {
    fn id(&self) -> &'static str {
        ID
    }

    fn holds<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Result<bool, Refusal>> {
        Box::pin(async move {
            let Some((level, max_age)) = configured(context.config) else { return Ok(false) };
            // The first level is always asked for: somebody has to be there at all.
            if context.state.levels.current.is_none() {
                return Ok(true);
            }
            if context.state.levels.requested.unwrap_or(-1) < level {
                return Ok(false);
            }
            let now = context.scene.identity.clock().now().seconds();
            if !context.scene.request.reauthenticate && context.state.levels.still_holds(level, max_age, now) {
                context.state.levels.take_over(level);
                return Ok(false);
            }
            Ok(true)
        })
    }

    fn passed<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Result<(), Refusal>> {
        if let Some((level, _)) = configured(context.config) {
            let now = context.scene.identity.clock().now().seconds();
            context.state.levels.reach(level, now);
        }
        Box::pin(std::future::ready(Ok(())))
    }
}

fn configured(config: &std::collections::BTreeMap<String, String>) -> Option<(i64, i64)> {
    let level = config.get("loa-condition-level")?.parse().ok()?;
    let max_age = config.get("loa-max-age").and_then(|text| text.parse().ok()).unwrap_or(MAX_AGE);
    Some((level, max_age))
}

/// Every level that a flow asks for, with the seconds it holds.
pub(crate) fn levels_of(flow: &Flow) -> Vec<(i64, i64)> {
    flow.providers()
        .into_iter()
        .filter(|(_, id)| *id == ID)
        .filter_map(|(execution, _)| match &execution.step {
            Step::Provider { config, .. } => configured(config),
            Step::Flow(_) => None,
        })
        .collect()
}
