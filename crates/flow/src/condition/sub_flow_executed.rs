//! Another sub-flow of the flow has run (`flow_to_check`, `check_result`: `executed` or `not-executed`).

use super::Condition;
use crate::{BoxFuture, Context, Execution, Flow, Refusal, Status, Step};

pub(super) struct SubFlowExecuted;

impl Condition for SubFlowExecuted {
    fn id(&self) -> &'static str {
        "conditional-sub-flow-executed"
    }

    fn holds<'a>(&'a self, context: &'a mut Context<'_>) -> BoxFuture<'a, Result<bool, Refusal>> {
        Box::pin(async move {
            let alias = context.config.get("flow_to_check").map_or("", String::as_str);
            let Some(place) = place_of(context.top, alias) else { return Ok(false) };
            let executed = context.state.status(&place.id) == Some(Status::Success);
            let wants_executed = context.config.get("check_result").is_none_or(|text| text == "executed");
            Ok(executed == wants_executed)
        })
    }
}

fn place_of<'a>(flow: &'a Flow, alias: &str) -> Option<&'a Execution> {
    flow.executions.iter().find_map(|execution| match &execution.step {
        Step::Flow(inner) if *inner.alias == *alias => Some(execution),
        Step::Flow(inner) => place_of(inner, alias),
        Step::Provider { .. } => None,
    })
}
