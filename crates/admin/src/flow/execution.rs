//! What runs in a flow.

use serde_json::{Map, Value, json};

use super::Way;
use super::document::{
    CONFIGS, EXECUTIONS, FLOWS, Object, by_alias, edit, ensure_ids, execution as find_execution, executions_mut,
    executions_of, flow_mut, is_built_in, list, priority, set,
};
use super::flows::erase;
use super::provider::{self, text};
use crate::{Happened, ManageRealm, Permit, Refusal, Resource, ViewFlows};

/// Levels of flows below flows.
const MAX_DEPTH: usize = 32;
/// Executions of one flow.
const MAX_EXECUTIONS: usize = 1_000;
const REQUIREMENTS: [&str; 4] = ["REQUIRED", "ALTERNATIVE", "DISABLED", "CONDITIONAL"];

const ILLEGAL: &str = "Illegal execution";

/// All executions of a flow and of those below it, in order, each with its level.
///
/// # Errors
/// 404 for a flow that is not there.
pub async fn executions(permit: &Permit<ViewFlows>, alias: &str) -> Result<Vec<Value>, Refusal> {
    let flows = ensure_ids(permit).await?;
    let flow = by_alias(&flows, alias).ok_or_else(|| Refusal::not_found("Flow not found"))?;
    let configs = permit.realm().member(CONFIGS).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut told = Vec::new();
    walk(&flows, flow, &configs, 0, &mut told);
    Ok(told)
}

fn walk(flows: &[Value], flow: &Value, configs: &[Value], level: usize, told: &mut Vec<Value>) {
    if level > MAX_DEPTH || told.len() > MAX_EXECUTIONS {
        return;
    }
    for (index, execution) in executions_of(flow).into_iter().enumerate() {
        let below = by_alias(flows, text(execution, "flowAlias"));
        let mut one = Map::new();
        let mut put = |member: &str, value: Value| {
            one.insert(member.to_owned(), value);
        };
        put("id", json!(text(execution, "id")));
        put("requirement", json!(text(execution, "requirement")));
        let authenticator = text(execution, "authenticator");
        if let Some(below) = below {
            put("displayName", json!(text(below, "alias")));
            if !text(below, "description").is_empty() {
                put("description", json!(text(below, "description")));
            }
            let is_form = text(below, "providerId") == "form-flow";
            let choices = if is_form { json!(["REQUIRED", "DISABLED"]) } else { json!(REQUIREMENTS) };
            put("requirementChoices", choices);
            put("configurable", json!(false));
            put("authenticationFlow", json!(true));
            if is_form && !authenticator.is_empty() {
                put("providerId", json!(authenticator));
            }
            put("flowId", json!(text(below, "id")));
        } else {
            let known = provider::find(authenticator);
            put("displayName", json!(known.map_or(authenticator, |known| text(known, "name"))));
            let config = configs.iter().find(|config| {
                !text(config, "alias").is_empty() && text(config, "alias") == text(execution, "authenticatorConfig")
            });
            if let Some(config) = config {
                put("alias", json!(text(config, "alias")));
            }
            let choices = known.and_then(|known| known.get("choices")).cloned();
            put("requirementChoices", choices.unwrap_or_else(|| json!(["REQUIRED", "ALTERNATIVE", "DISABLED"])));
            put(
                "configurable",
                known.and_then(|known| known.get("configurable")).cloned().unwrap_or_else(|| json!(false)),
            );
            put("providerId", json!(authenticator));
            if let Some(config) = config {
                put("authenticationConfig", json!(text(config, "id")));
            }
        }
        put("level", json!(level));
        put("index", json!(index));
        put("priority", json!(priority(execution)));
        told.push(Value::Object(one));
        if let Some(below) = below {
            walk(flows, below, configs, level + 1, told);
        }
    }
}

/// One execution.
///
/// # Errors
/// 404.
pub async fn execution(permit: &Permit<ViewFlows>, id: &str) -> Result<Value, Refusal> {
    let flows = ensure_ids(permit).await?;
    let (flow, execution) = find_execution(&flows, id).ok_or_else(|| Refusal::not_found(ILLEGAL))?;
    let below = by_alias(&flows, text(execution, "flowAlias"));
    let mut told = Map::new();
    for member in ["authenticator", "requirement", "priority"] {
        if let Some(value) = execution.get(member) {
            told.insert(member.to_owned(), value.clone());
        }
    }
    told.insert("id".to_owned(), json!(id));
    told.insert("parentFlow".to_owned(), json!(text(flow, "id")));
    told.insert("authenticatorFlow".to_owned(), json!(below.is_some()));
    told.insert("autheticatorFlow".to_owned(), json!(below.is_some()));
    if let Some(below) = below {
        told.insert("flowId".to_owned(), json!(text(below, "id")));
    }
    let configs = permit.realm().member(CONFIGS).and_then(Value::as_array);
    let config = text(execution, "authenticatorConfig");
    let config = configs.into_iter().flatten().find(|known| !config.is_empty() && text(known, "alias") == config);
    if let Some(config) = config {
        told.insert("authenticatorConfig".to_owned(), json!(text(config, "id")));
    }
    Ok(Value::Object(told))
}

/// Adds an execution to a flow, switched off, at its end; answers its id.
///
/// # Errors
/// 404, 400 for a built-in flow and for what nobody knows.
pub async fn add_execution(
    permit: &Permit<ManageRealm>,
    alias: &str,
    body: &Map<String, Value>,
) -> Result<String, Refusal> {
    let authenticator = body.get("provider").and_then(Value::as_str).unwrap_or_default();
    if provider::find(authenticator).is_none() {
        return Err(Refusal::error(format!("No authentication provider found for id: {authenticator}")));
    }
    let new = json!({ "authenticator": authenticator, "authenticatorFlow": false, "autheticatorFlow": false });
    let id = insert(permit, alias, new, body.get("priority").and_then(Value::as_i64), None).await?;
    Ok(id)
}

/// Adds an execution of its whole representation to the flow that it names by id; answers its id.
///
/// # Errors
/// As [`add_execution`].
pub async fn add_execution_to(permit: &Permit<ManageRealm>, body: &Map<String, Value>) -> Result<String, Refusal> {
    let flows = ensure_ids(permit).await?;
    let parent = body.get("parentFlow").and_then(Value::as_str).unwrap_or_default();
    let parent = flows.iter().find(|flow| text(flow, "id") == parent);
    let parent = parent.ok_or_else(|| Refusal::error("Parent flow doesn't exist"))?;
    let alias = text(parent, "alias").to_owned();
    let requirement = body.get("requirement").and_then(Value::as_str).unwrap_or("DISABLED");
    if !REQUIREMENTS.contains(&requirement) {
        return Err(Refusal::error("Unknown requirement"));
    }
    let authenticator = body.get("authenticator").and_then(Value::as_str).unwrap_or_default();
    let below =
        body.get("flowId").and_then(Value::as_str).and_then(|id| flows.iter().find(|flow| text(flow, "id") == id));
    let new = match below {
        Some(below) => json!({
            "authenticatorFlow": true, "autheticatorFlow": true, "flowAlias": text(below, "alias"),
        }),
        None if provider::find(authenticator).is_some() => {
            json!({ "authenticator": authenticator, "authenticatorFlow": false, "autheticatorFlow": false })
        }
        None => return Err(Refusal::error(format!("No authentication provider found for id: {authenticator}"))),
    };
    let mut new = new;
    set(&mut new, "requirement", json!(requirement));
    insert(permit, &alias, new, body.get("priority").and_then(Value::as_i64), None).await
}

/// Adds a flow below a flow; answers the new flow's id.
///
/// # Errors
/// 404, 400 for a built-in flow, 409 for an alias that is taken.
pub async fn add_sub_flow(
    permit: &Permit<ManageRealm>,
    alias: &str,
    body: &Map<String, Value>,
) -> Result<String, Refusal> {
    let given = |member: &str| body.get(member).and_then(Value::as_str).unwrap_or_default();
    let name = given("alias").to_owned();
    if name.is_empty() || name.len() > 255 {
        return Err(Refusal::conflict("Failed to create flow with empty alias name"));
    }
    let kind = if given("type").is_empty() { "basic-flow" } else { given("type") };
    let flow_id = crypto::random::uuid(permit.identity().random()).to_string();
    let flow = json!({
        "id": flow_id, "alias": name, "description": given("description"), "providerId": kind,
        "topLevel": false, "builtIn": false, EXECUTIONS: [],
    });
    let mut new = json!({ "authenticatorFlow": true, "autheticatorFlow": true, "flowAlias": name });
    if kind == "form-flow" {
        set(&mut new, "authenticator", json!(given("provider")));
    }
    insert(permit, alias, new, body.get("priority").and_then(Value::as_i64), Some(flow)).await?;
    Ok(flow_id)
}

async fn insert(
    permit: &Permit<ManageRealm>,
    alias: &str,
    mut new: Value,
    at: Option<i64>,
    flow: Option<Value>,
) -> Result<String, Refusal> {
    let id = crypto::random::uuid(permit.identity().random()).to_string();
    set(&mut new, "id", json!(id));
    set(&mut new, "userSetupAllowed", json!(false));
    if new.get("requirement").is_none() {
        set(&mut new, "requirement", json!("DISABLED"));
    }
    let told = new.clone();
    let made_flow = flow.as_ref().map(|flow| text(flow, "id").to_owned());
    let mut change = permit.change().await?;
    edit(&mut change, &permit.realm().id, |whole| {
        let flows = list(whole, FLOWS)?;
        let parent = by_alias(flows, alias).ok_or_else(|| Refusal::not_found("Flow not found"))?;
        if is_built_in(parent) {
            let what = if flow.is_some() { "sub-flow" } else { "execution" };
            return Err(Refusal::error(format!("It is illegal to add {what} to a built in flow")));
        }
        let parent = text(parent, "id").to_owned();
        if let Some(flow) = flow {
            if by_alias(flows, text(&flow, "alias")).is_some() {
                return Err(Refusal::conflict("New flow alias name already exists"));
            }
            flows.push(flow);
        }
        let executions = executions_mut(flow_mut(whole, &parent)?)?;
        if executions.len() >= MAX_EXECUTIONS {
            return Err(Refusal::error("The flow has too many executions"));
        }
        let next = executions.iter().map(priority).max().map_or(0, |last| last.saturating_add(1));
        set(&mut new, "priority", json!(at.unwrap_or(next)));
        executions.push(new);
        refuse_circles(whole)
    })
    .await?;
    let happened = match made_flow {
        Some(flow) => Happened::created(Resource::AuthExecutionFlow, format!("authentication/flows/{flow}")),
        None => Happened::created(Resource::AuthExecution, format!("authentication/executions/{id}")),
    };
    change.commit(happened.with(told)).await?;
    Ok(id)
}

/// A flow that stands below itself would never end.
fn refuse_circles(document: &mut Object) -> Result<(), Refusal> {
    fn depth(flows: &[Value], flow: &Value, level: usize) -> bool {
        level <= MAX_DEPTH
            && executions_of(flow).into_iter().all(|execution| {
                by_alias(flows, text(execution, "flowAlias")).is_none_or(|below| depth(flows, below, level + 1))
            })
    }
    let flows = list(document, FLOWS)?;
    if flows.iter().all(|flow| depth(flows, flow, 0)) {
        Ok(())
    } else {
        Err(Refusal::error("The flow would be too deep"))
    }
}

/// Changes an execution's requirement and priority; of a sub-flow its alias and description too.
///
/// # Errors
/// 404, and 400 for a requirement that there is not (Keycloak answers 500).
pub async fn change_execution(
    permit: &Permit<ManageRealm>,
    alias: &str,
    body: Map<String, Value>,
) -> Result<(), Refusal> {
    let id = body.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let requirement = body.get("requirement").and_then(Value::as_str).map(str::to_owned);
    if requirement.as_deref().is_some_and(|word| !REQUIREMENTS.contains(&word)) {
        return Err(Refusal::error("Unknown requirement"));
    }
    let mut change = permit.change().await?;
    edit(&mut change, &permit.realm().id, |whole| {
        let flows = list(whole, FLOWS)?.clone();
        by_alias(&flows, alias).ok_or_else(|| Refusal::not_found("Flow not found"))?;
        let (flow, present) = find_execution(&flows, &id).ok_or_else(|| Refusal::not_found(ILLEGAL))?;
        let below = by_alias(&flows, text(present, "flowAlias")).map(|below| text(below, "id").to_owned());
        for execution in executions_mut(flow_mut(whole, text(flow, "id"))?)? {
            if text(execution, "id") != id {
                continue;
            }
            if let Some(word) = &requirement {
                set(execution, "requirement", json!(word));
            }
            if let Some(priority) = body.get("priority").and_then(Value::as_i64) {
                set(execution, "priority", json!(priority));
            }
        }
        if let (Some(below), Some(description)) = (below, body.get("description").and_then(Value::as_str)) {
            set(flow_mut(whole, &below)?, "description", json!(description));
        }
        Ok(())
    })
    .await?;
    change
        .commit(
            Happened::updated(Resource::AuthExecution, format!("authentication/flows/{alias}/executions")).with(body),
        )
        .await
}

/// Lets an execution change places with its neighbour.
///
/// # Errors
/// 404, 400 for a built-in flow.
pub async fn move_execution(permit: &Permit<ManageRealm>, id: &str, way: Way) -> Result<(), Refusal> {
    let mut change = permit.change().await?;
    edit(&mut change, &permit.realm().id, |whole| {
        let flows = list(whole, FLOWS)?.clone();
        let (flow, _) = find_execution(&flows, id).ok_or_else(|| Refusal::not_found(ILLEGAL))?;
        if is_built_in(flow) {
            return Err(Refusal::error("It is illegal to modify execution in a built in flow"));
        }
        let executions = executions_mut(flow_mut(whole, text(flow, "id"))?)?;
        swap(executions, id, "id", way);
        Ok(())
    })
    .await?;
    change.commit(Happened::updated(Resource::AuthExecution, format!("authentication/executions/{id}"))).await
}

/// Swaps the priorities of an item and its neighbour; those that were alike are told apart first.
pub(super) fn swap(items: &mut [Value], id: &str, member: &str, way: Way) {
    items.sort_by_key(priority);
    let mut before = i64::MIN;
    for item in items.iter_mut() {
        let own = priority(item).max(before.saturating_add(1));
        set(item, "priority", json!(own));
        before = own;
    }
    let Some(place) = items.iter().position(|item| text(item, member) == id) else { return };
    let other = match way {
        Way::Up => place.checked_sub(1),
        Way::Down => Some(place + 1),
    };
    let Some(other) = other.filter(|other| *other < items.len()) else { return };
    let (low, high) = (place.min(other), place.max(other));
    if let [first, .., last] = items.get_mut(low..=high).unwrap_or_default() {
        let (a, b) = (priority(first), priority(last));
        set(first, "priority", json!(b));
        set(last, "priority", json!(a));
    }
    items.sort_by_key(priority);
}

/// Removes an execution, with the flow below it and its configuration.
///
/// # Errors
/// 404, 400 for a built-in flow.
pub async fn remove_execution(permit: &Permit<ManageRealm>, id: &str) -> Result<(), Refusal> {
    let mut change = permit.change().await?;
    edit(&mut change, &permit.realm().id, |whole| {
        let flows = list(whole, FLOWS)?.clone();
        let (flow, present) = find_execution(&flows, id).ok_or_else(|| Refusal::not_found(ILLEGAL))?;
        if is_built_in(flow) {
            return Err(Refusal::error("It is illegal to remove execution from a built in flow"));
        }
        executions_mut(flow_mut(whole, text(flow, "id"))?)?.retain(|execution| text(execution, "id") != id);
        let config = text(present, "authenticatorConfig");
        if !config.is_empty() {
            list(whole, CONFIGS)?.retain(|known| text(known, "alias") != config);
        }
        let below = text(present, "flowAlias");
        if below.is_empty() { Ok(()) } else { erase(whole, below) }
    })
    .await?;
    change.commit(Happened::deleted(Resource::AuthExecution, format!("authentication/executions/{id}"))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_change_places_and_the_ends_stay() {
        let mut items: Vec<Value> =
            [("a", 0), ("b", 0), ("c", 5)].iter().map(|(id, at)| json!({"id": id, "priority": at})).collect();
        let order = |items: &[Value]| items.iter().map(|item| text(item, "id").to_owned()).collect::<Vec<_>>();
        swap(&mut items, "b", "id", Way::Up);
        assert_eq!(order(&items), ["b", "a", "c"]);
        swap(&mut items, "b", "id", Way::Up);
        swap(&mut items, "c", "id", Way::Down);
        assert_eq!(order(&items), ["b", "a", "c"]);
        swap(&mut items, "b", "id", Way::Down);
        swap(&mut items, "b", "id", Way::Down);
        assert_eq!(order(&items), ["a", "c", "b"]);
    }
}
