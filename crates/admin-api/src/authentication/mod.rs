//! `/admin/realms/{realm}/authentication`

use admin::flow::{self, Way};
use admin::{ManageRealm, Permit, Refusal, ViewClientAuthenticators, ViewFlows, ViewRealm, ViewRequiredActions};
use identity::Representation;
use serde_json::{Map, Value};

use crate::{Answer, Call, Reply, Table};

pub(crate) fn table() -> Table {
    flows().and(executions()).and(configs()).and(required_actions()).and(providers())
}

fn flows() -> Table {
    Table::new()
        .get("/realms/{realm}/authentication/flows", list)
        .post("/realms/{realm}/authentication/flows", add)
        .get("/realms/{realm}/authentication/flows/{flow}", get)
        .put("/realms/{realm}/authentication/flows/{flow}", change)
        .delete("/realms/{realm}/authentication/flows/{flow}", remove)
        .post("/realms/{realm}/authentication/flows/{flow}/copy", copy)
}

fn executions() -> Table {
    Table::new()
        .get("/realms/{realm}/authentication/flows/{flow}/executions", executions_of)
        .put("/realms/{realm}/authentication/flows/{flow}/executions", change_execution)
        .post("/realms/{realm}/authentication/flows/{flow}/executions/execution", add_execution)
        .post("/realms/{realm}/authentication/flows/{flow}/executions/flow", add_sub_flow)
        .post("/realms/{realm}/authentication/executions", add_execution_to)
        .get("/realms/{realm}/authentication/executions/{execution}", execution)
        .delete("/realms/{realm}/authentication/executions/{execution}", remove_execution)
        .post("/realms/{realm}/authentication/executions/{execution}/raise-priority", raise_execution)
        .post("/realms/{realm}/authentication/executions/{execution}/lower-priority", lower_execution)
}

fn configs() -> Table {
    Table::new()
        .post("/realms/{realm}/authentication/executions/{execution}/config", add_config)
        .get("/realms/{realm}/authentication/executions/{execution}/config/{config}", config)
        .get("/realms/{realm}/authentication/config/{config}", config)
        .put("/realms/{realm}/authentication/config/{config}", change_config)
        .delete("/realms/{realm}/authentication/config/{config}", remove_config)
        .get("/realms/{realm}/authentication/config-description/{provider}", describe)
        .get("/realms/{realm}/authentication/per-client-config-description", per_client)
}

fn required_actions() -> Table {
    Table::new()
        .get("/realms/{realm}/authentication/required-actions", actions)
        .get("/realms/{realm}/authentication/required-actions/{action}", action)
        .put("/realms/{realm}/authentication/required-actions/{action}", change_action)
        .delete("/realms/{realm}/authentication/required-actions/{action}", remove_action)
        .get("/realms/{realm}/authentication/required-actions/{action}/config", action_config)
        .put("/realms/{realm}/authentication/required-actions/{action}/config", change_action_config)
        .delete("/realms/{realm}/authentication/required-actions/{action}/config", remove_action_config)
        .get("/realms/{realm}/authentication/required-actions/{action}/config-description", describe_action)
        .post("/realms/{realm}/authentication/required-actions/{action}/raise-priority", raise_action)
        .post("/realms/{realm}/authentication/required-actions/{action}/lower-priority", lower_action)
        .get("/realms/{realm}/authentication/unregistered-required-actions", unregistered)
        .post("/realms/{realm}/authentication/register-required-action", register)
}

fn providers() -> Table {
    Table::new()
        .get("/realms/{realm}/authentication/authenticator-providers", authenticators)
        .get("/realms/{realm}/authentication/client-authenticator-providers", client_authenticators)
        .get("/realms/{realm}/authentication/form-providers", forms)
        .get("/realms/{realm}/authentication/form-action-providers", form_actions)
}

/// A body that has no name of its own in Keycloak: an object with these members.
fn body(call: &Call) -> Result<Map<String, Value>, Refusal> {
    match call.json()? {
        Value::Object(body) => Ok(body),
        _ => Err(Refusal::described("invalid_request", "Cannot parse the JSON")),
    }
}

async fn list(permit: Permit<ViewFlows>, _: Call) -> Answer {
    Ok(Reply::list(flow::list(&permit).await?))
}

async fn add(permit: Permit<ManageRealm>, call: Call) -> Answer {
    let id = flow::add(&permit, call.representation(Representation::FLOW)?).await?;
    Ok(Reply::Created(call.location(&["authentication", "flows", &id])))
}

async fn get(permit: Permit<ViewFlows>, call: Call) -> Answer {
    Ok(Reply::Json(flow::get(&permit, call.param("flow")).await?))
}

async fn change(permit: Permit<ManageRealm>, call: Call) -> Answer {
    flow::change(&permit, call.param("flow"), call.representation(Representation::FLOW)?).await?;
    Ok(Reply::Nothing)
}

async fn remove(permit: Permit<ManageRealm>, call: Call) -> Answer {
    flow::remove(&permit, call.param("flow")).await?;
    Ok(Reply::Nothing)
}

async fn copy(permit: Permit<ManageRealm>, call: Call) -> Answer {
    let body = body(&call)?;
    let name = body.get("newName").and_then(Value::as_str).unwrap_or_default();
    let id = flow::copy(&permit, call.param("flow"), name).await?;
    Ok(Reply::Created(call.location(&["authentication", "flows", call.param("flow"), "copy", &id])))
}

async fn executions_of(permit: Permit<ViewFlows>, call: Call) -> Answer {
    Ok(Reply::list(flow::executions(&permit, call.param("flow")).await?))
}

async fn change_execution(permit: Permit<ManageRealm>, call: Call) -> Answer {
    flow::change_execution(&permit, call.param("flow"), call.representation(Representation::EXECUTION_INFO)?).await?;
    Ok(Reply::Nothing)
}

async fn add_execution(permit: Permit<ManageRealm>, call: Call) -> Answer {
    let id = flow::add_execution(&permit, call.param("flow"), &body(&call)?).await?;
    Ok(Reply::Created(call.location(&["authentication", "executions", &id])))
}

async fn add_execution_to(permit: Permit<ManageRealm>, call: Call) -> Answer {
    let id = flow::add_execution_to(&permit, &call.representation(Representation::EXECUTION)?).await?;
    Ok(Reply::Created(call.location(&["authentication", "executions", &id])))
}

async fn add_sub_flow(permit: Permit<ManageRealm>, call: Call) -> Answer {
    let id = flow::add_sub_flow(&permit, call.param("flow"), &body(&call)?).await?;
    Ok(Reply::Created(call.location(&["authentication", "flows", &id])))
}

async fn execution(permit: Permit<ViewFlows>, call: Call) -> Answer {
    Ok(Reply::Json(flow::execution(&permit, call.param("execution")).await?))
}

async fn remove_execution(permit: Permit<ManageRealm>, call: Call) -> Answer {
    flow::remove_execution(&permit, call.param("execution")).await?;
    Ok(Reply::Nothing)
}

async fn raise_execution(permit: Permit<ManageRealm>, call: Call) -> Answer {
    flow::move_execution(&permit, call.param("execution"), Way::Up).await?;
    Ok(Reply::Nothing)
}

async fn lower_execution(permit: Permit<ManageRealm>, call: Call) -> Answer {
    flow::move_execution(&permit, call.param("execution"), Way::Down).await?;
    Ok(Reply::Nothing)
}

async fn add_config(permit: Permit<ManageRealm>, call: Call) -> Answer {
    let execution = call.param("execution");
    let id = flow::add_config(&permit, execution, call.representation(Representation::AUTHENTICATOR_CONFIG)?).await?;
    Ok(Reply::Created(call.location(&["authentication", "executions", execution, "config", &id])))
}

async fn config(permit: Permit<ViewRealm>, call: Call) -> Answer {
    Ok(Reply::Json(flow::config(&permit.to()?, call.param("config")).await?))
}

async fn change_config(permit: Permit<ManageRealm>, call: Call) -> Answer {
    let body = call.representation(Representation::AUTHENTICATOR_CONFIG)?;
    flow::change_config(&permit, call.param("config"), body).await?;
    Ok(Reply::Nothing)
}

async fn remove_config(permit: Permit<ManageRealm>, call: Call) -> Answer {
    flow::remove_config(&permit, call.param("config")).await?;
    Ok(Reply::Nothing)
}

async fn describe(permit: Permit<ViewRealm>, call: Call) -> Answer {
    Ok(Reply::Json(flow::describe(&permit, call.param("provider"))?))
}

async fn per_client(permit: Permit<ViewClientAuthenticators>, _: Call) -> Answer {
    Ok(Reply::Json(flow::per_client(&permit)))
}

async fn actions(permit: Permit<ViewRequiredActions>, _: Call) -> Answer {
    Ok(Reply::list(flow::actions(&permit)))
}

async fn action(permit: Permit<ViewRequiredActions>, call: Call) -> Answer {
    Ok(Reply::Json(flow::action(&permit, call.param("action"))?))
}

async fn change_action(permit: Permit<ManageRealm>, call: Call) -> Answer {
    flow::change_action(&permit, call.param("action"), call.representation(Representation::REQUIRED_ACTION)?).await?;
    Ok(Reply::Nothing)
}

async fn remove_action(permit: Permit<ManageRealm>, call: Call) -> Answer {
    flow::remove_action(&permit, call.param("action")).await?;
    Ok(Reply::Nothing)
}

async fn action_config(permit: Permit<ViewRequiredActions>, call: Call) -> Answer {
    Ok(Reply::Json(flow::action_config(&permit, call.param("action"))?))
}

async fn change_action_config(permit: Permit<ManageRealm>, call: Call) -> Answer {
    let body = call.representation(Representation::REQUIRED_ACTION_CONFIG)?;
    flow::change_action_config(&permit, call.param("action"), Some(body)).await?;
    Ok(Reply::Nothing)
}

async fn remove_action_config(permit: Permit<ManageRealm>, call: Call) -> Answer {
    flow::change_action_config(&permit, call.param("action"), None).await?;
    Ok(Reply::Nothing)
}

async fn describe_action(permit: Permit<ViewRequiredActions>, call: Call) -> Answer {
    Ok(Reply::Json(flow::describe_action(&permit, call.param("action"))?))
}

async fn raise_action(permit: Permit<ManageRealm>, call: Call) -> Answer {
    flow::move_action(&permit, call.param("action"), Way::Up).await?;
    Ok(Reply::Nothing)
}

async fn lower_action(permit: Permit<ManageRealm>, call: Call) -> Answer {
    flow::move_action(&permit, call.param("action"), Way::Down).await?;
    Ok(Reply::Nothing)
}

async fn unregistered(permit: Permit<ViewRequiredActions>, _: Call) -> Answer {
    Ok(Reply::list(flow::unregistered_actions(&permit)))
}

async fn register(permit: Permit<ManageRealm>, call: Call) -> Answer {
    flow::register_action(&permit, body(&call)?).await?;
    Ok(Reply::Nothing)
}

async fn authenticators(permit: Permit<ViewRealm>, _: Call) -> Answer {
    Ok(Reply::list(flow::of_kind(&permit, "authenticator")))
}

async fn client_authenticators(permit: Permit<ViewClientAuthenticators>, _: Call) -> Answer {
    Ok(Reply::list(flow::of_kind(&permit, "client")))
}

async fn forms(permit: Permit<ViewRealm>, _: Call) -> Answer {
    Ok(Reply::list(flow::of_kind(&permit, "form")))
}

async fn form_actions(permit: Permit<ViewRealm>, _: Call) -> Answer {
    Ok(Reply::list(flow::of_kind(&permit, "form-action")))
}
