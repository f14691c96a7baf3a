//! Flows themselves.

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::document::{
    CONFIGS, EXECUTIONS, FLOWS, Object, by_alias, edit, ensure_ids, executions_of, flow_mut, is_built_in,
    list as list_of, set,
};
use super::provider::text;
use crate::{Happened, ManageRealm, Permit, Refusal, Resource, ViewFlows, Words};

/// Flows of one realm.
const MAX_FLOWS: usize = 1_000;

/// The flows that stand by themselves.
///
/// # Errors
/// When the store fails.
pub async fn list(permit: &Permit<ViewFlows>) -> Result<Vec<Value>, Refusal> {
    let flows = ensure_ids(permit).await?;
    Ok(flows.into_iter().filter(|flow| flow.get("topLevel") == Some(&Value::Bool(true))).map(told).collect())
}

/// A flow by its id.
///
/// # Errors
/// 404.
pub async fn get(permit: &Permit<ViewFlows>, id: &str) -> Result<Value, Refusal> {
    let found = ensure_ids(permit).await?.into_iter().find(|flow| text(flow, "id") == id);
    found.map(told).ok_or_else(|| Refusal::not_found("Could not find flow with id"))
}

/// As Keycloak represents it: executions in order, without their ids.
fn told(flow: Value) -> Value {
    let executions: Vec<Value> = executions_of(&flow)
        .into_iter()
        .cloned()
        .map(|mut execution| {
            if let Value::Object(members) = &mut execution {
                members.shift_remove("id");
                let is_flow = members.contains_key("flowAlias");
                members.entry("authenticatorFlow").or_insert(json!(is_flow));
                members.entry("autheticatorFlow").or_insert(json!(is_flow));
                members.entry("userSetupAllowed").or_insert(json!(false));
            }
            execution
        })
        .collect();
    let Value::Object(mut members) = flow else { return flow };
    members.insert(EXECUTIONS.to_owned(), Value::Array(executions));
    Value::Object(members)
}

/// Makes a flow that stands by itself; answers its id.
///
/// # Errors
/// 409 without an alias, and for one that is taken.
pub async fn add(permit: &Permit<ManageRealm>, document: Map<String, Value>) -> Result<String, Refusal> {
    let alias = document.get("alias").and_then(Value::as_str).unwrap_or_default().to_owned();
    if alias.is_empty() || alias.len() > 255 {
        return Err(Refusal::conflict("Failed to create flow with empty alias name"));
    }
    let id = crypto::random::uuid(permit.identity().random()).to_string();
    let new = json!({
        "id": id, "alias": alias, "description": document.get("description").cloned().unwrap_or_else(|| json!("")),
        "providerId": document.get("providerId").cloned().unwrap_or_else(|| json!("basic-flow")),
        "topLevel": true, "builtIn": false, EXECUTIONS: [],
    });
    let mut change = permit.change().await?;
    edit(&mut change, &permit.realm().id, |whole| {
        let flows = list_of(whole, FLOWS)?;
        if by_alias(flows, &alias).is_some() {
            return Err(Refusal::conflict(format!("Flow {alias} already exists")));
        }
        if flows.len() >= MAX_FLOWS {
            return Err(Refusal::message("The realm has too many flows"));
        }
        flows.push(new);
        Ok(())
    })
    .await?;
    change.commit(Happened::created(Resource::AuthFlow, format!("authentication/flows/{id}")).with(document)).await?;
    Ok(id)
}

/// Changes alias and description of a flow. What is bound to it follows.
///
/// # Errors
/// 404, 409 for an alias that is taken, 400 for a built-in flow's alias.
pub async fn change(permit: &Permit<ManageRealm>, id: &str, document: Map<String, Value>) -> Result<(), Refusal> {
    let mut change = permit.change().await?;
    edit(&mut change, &permit.realm().id, |whole| {
        let alias = document.get("alias").and_then(Value::as_str).filter(|alias| !alias.is_empty()).map(str::to_owned);
        let flows = list_of(whole, FLOWS)?;
        let taken = alias.as_deref().and_then(|alias| by_alias(flows, alias));
        if taken.is_some_and(|other| text(other, "id") != id) {
            return Err(Refusal::conflict(format!("Flow {} already exists", alias.unwrap_or_default())));
        }
        let flow = flow_mut(whole, id)?;
        let before = text(flow, "alias").to_owned();
        let renamed = alias.filter(|alias| *alias != before);
        if renamed.is_some() && is_built_in(flow) {
            return Err(Refusal::error("It is illegal to rename a built in flow"));
        }
        if let Value::Object(members) = flow {
            if let Some(description) = document.get("description") {
                members.insert("description".to_owned(), description.clone());
            }
            if let Some(alias) = &renamed {
                members.insert("alias".to_owned(), json!(alias));
            }
        }
        if let Some(alias) = renamed {
            rename(whole, &before, &alias)?;
        }
        Ok(())
    })
    .await?;
    change.commit(Happened::updated(Resource::AuthFlow, format!("authentication/flows/{id}")).with(document)).await
}

/// A flow is named by executions, by the realm's bindings and by identity providers.
fn rename(document: &mut Object, from: &str, to: &str) -> Result<(), Refusal> {
    for flow in list_of(document, FLOWS)? {
        for execution in flow.get_mut(EXECUTIONS).and_then(Value::as_array_mut).into_iter().flatten() {
            if text(execution, "flowAlias") == from {
                set(execution, "flowAlias", json!(to));
            }
        }
    }
    for (member, value) in document.iter_mut() {
        if member.ends_with("Flow") && value.as_str() == Some(from) {
            *value = json!(to);
        }
    }
    for provider in document.get_mut("identityProviders").and_then(Value::as_array_mut).into_iter().flatten() {
        for member in ["firstBrokerLoginFlowAlias", "postBrokerLoginFlowAlias"] {
            if text(provider, member) == from {
                provider[member] = json!(to);
            }
        }
    }
    Ok(())
}

/// Removes a flow with the flows below it and their configurations.
///
/// # Errors
/// 404, 400 for a built-in flow and for one that something is bound to (Keycloak answers 500 to the latter).
pub async fn remove(permit: &Permit<ManageRealm>, id: &str) -> Result<(), Refusal> {
    let mut change = permit.change().await?;
    let bound_by_client = |flow: &str| {
        permit.realm().clients().any(|client| {
            let overrides = client.document.get("authenticationFlowBindingOverrides").and_then(Value::as_object);
            overrides.is_some_and(|all| all.values().any(|value| value.as_str() == Some(flow)))
        })
    };
    edit(&mut change, &permit.realm().id, |whole| {
        let flow = flow_mut(whole, id)?;
        if is_built_in(flow) {
            return Err(Refusal::error("Can't delete built in flow"));
        }
        let alias = text(flow, "alias").to_owned();
        let bound = whole.iter().any(|(member, value)| member.ends_with("Flow") && value.as_str() == Some(&alias));
        if bound || bound_by_client(id) {
            return Err(Refusal::status(
                StatusCode::BAD_REQUEST,
                Words::Error("Cannot remove a flow that is bound".into()),
            ));
        }
        erase(whole, &alias)
    })
    .await?;
    change.commit(Happened::deleted(Resource::AuthFlow, format!("authentication/flows/{id}"))).await
}

/// Takes a flow away, with what stands below it and nowhere else.
pub(super) fn erase(document: &mut Object, alias: &str) -> Result<(), Refusal> {
    let mut waiting = vec![alias.to_owned()];
    while let Some(alias) = waiting.pop() {
        let flows = list_of(document, FLOWS)?;
        let Some(place) = flows.iter().position(|flow| text(flow, "alias") == alias) else { continue };
        let flow = flows.remove(place);
        for execution in executions_of(&flow) {
            let below = text(execution, "flowAlias");
            if !below.is_empty() {
                waiting.push(below.to_owned());
            }
            let config = text(execution, "authenticatorConfig");
            if !config.is_empty() {
                list_of(document, CONFIGS)?.retain(|known| text(known, "alias") != config);
            }
        }
    }
    Ok(())
}

/// Copies a flow, with the flows below it, under a new alias; answers its id.
///
/// # Errors
/// 404, 409 for an alias that is taken.
pub async fn copy(permit: &Permit<ManageRealm>, alias: &str, new_name: &str) -> Result<String, Refusal> {
    let random = permit.identity().random();
    let id = crypto::random::uuid(random).to_string();
    let mut change = permit.change().await?;
    edit(&mut change, &permit.realm().id, |whole| {
        let flows = list_of(whole, FLOWS)?.clone();
        let original = by_alias(&flows, alias).ok_or_else(|| Refusal::not_found("Flow not found"))?;
        if new_name.is_empty() {
            return Err(Refusal::conflict("Failed to create flow with empty alias name"));
        }
        if by_alias(&flows, new_name).is_some() {
            return Err(Refusal::conflict("New flow alias name already exists"));
        }
        let mut made = Vec::new();
        let mut waiting = vec![(original.clone(), new_name.to_owned(), id.clone())];
        while let Some((mut flow, name, flow_id)) = waiting.pop() {
            if flows.len() + made.len() >= MAX_FLOWS || by_alias(&flows, &name).is_some() {
                return Err(Refusal::conflict("New flow alias name already exists"));
            }
            for execution in flow.get_mut(EXECUTIONS).and_then(Value::as_array_mut).into_iter().flatten() {
                set(execution, "id", json!(crypto::random::uuid(random).to_string()));
                let below = by_alias(&flows, text(execution, "flowAlias")).cloned();
                if let Some(below) = below {
                    let name = format!("{new_name} {}", text(&below, "alias"));
                    set(execution, "flowAlias", json!(name));
                    waiting.push((below, name, crypto::random::uuid(random).to_string()));
                }
            }
            set(&mut flow, "id", json!(flow_id));
            set(&mut flow, "alias", json!(name));
            set(&mut flow, "builtIn", json!(false));
            made.push(flow);
        }
        list_of(whole, FLOWS)?.extend(made);
        Ok(())
    })
    .await?;
    change.commit(Happened::created(Resource::AuthFlow, format!("authentication/flows/{alias}/copy/{id}"))).await?;
    Ok(id)
}
