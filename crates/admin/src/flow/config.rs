//! Configurations of authenticators.

use identity::{MASK, keep_masked, masked};
use serde_json::{Map, Value, json};

use super::document::{CONFIGS, EXECUTIONS, FLOWS, edit, ensure_ids, execution, executions_mut, flow_mut, list, set};
use super::provider::text;
use crate::{Happened, ManageRealm, Permit, Refusal, Resource, ViewFlows};

const MISSING: &str = "Could not find authenticator config";

/// One configuration, its secrets masked.
///
/// # Errors
/// 404.
pub async fn config(permit: &Permit<ViewFlows>, id: &str) -> Result<Value, Refusal> {
    let document = permit.identity().realm_document(&permit.realm().id).await?;
    let all = document.get(CONFIGS).and_then(Value::as_array);
    let found = all.into_iter().flatten().find(|config| text(config, "id") == id).cloned();
    found.map(masked).ok_or_else(|| Refusal::not_found(MISSING))
}

/// Gives an execution a configuration; answers its id.
///
/// # Errors
/// 404 for an execution that is not there, 409 for an alias that is taken.
pub async fn add_config(
    permit: &Permit<ManageRealm>,
    execution_id: &str,
    body: Map<String, Value>,
) -> Result<String, Refusal> {
    let flows = ensure_ids(permit).await?;
    if execution(&flows, execution_id).is_none() {
        return Err(Refusal::not_found("Illegal execution"));
    }
    let alias = body.get("alias").and_then(Value::as_str).unwrap_or_default().to_owned();
    if alias.is_empty() || alias.len() > 255 {
        return Err(Refusal::message("Alias missing"));
    }
    let id = crypto::random::uuid(permit.identity().random()).to_string();
    let new = json!({ "id": id, "alias": alias, "config": body.get("config").cloned().unwrap_or_else(|| json!({})) });
    let mut change = permit.change().await?;
    edit(&mut change, &permit.realm().id, |whole| {
        let configs = list(whole, CONFIGS)?;
        if configs.iter().any(|known| text(known, "alias") == alias) {
            return Err(Refusal::conflict(format!("Authenticator config {alias} already exists")));
        }
        configs.push(new);
        let flows = list(whole, FLOWS)?.clone();
        let (flow, _) = execution(&flows, execution_id).ok_or_else(|| Refusal::not_found("Illegal execution"))?;
        for one in executions_mut(flow_mut(whole, text(flow, "id"))?)? {
            if text(one, "id") == execution_id {
                set(one, "authenticatorConfig", json!(alias));
            }
        }
        Ok(())
    })
    .await?;
    let path = format!("authentication/executions/{execution_id}/config/{id}");
    change.commit(Happened::created(Resource::AuthenticatorConfig, path).with(body)).await?;
    Ok(id)
}

/// Replaces a configuration.
///
/// # Errors
/// 404, 409 for an alias that is taken.
pub async fn change_config(permit: &Permit<ManageRealm>, id: &str, body: Map<String, Value>) -> Result<(), Refusal> {
    let mut change = permit.change().await?;
    edit(&mut change, &permit.realm().id, |whole| {
        let configs = list(whole, CONFIGS)?;
        let place = configs.iter().position(|known| text(known, "id") == id);
        let place = place.ok_or_else(|| Refusal::not_found(MISSING))?;
        let before = configs.get(place).map(|known| text(known, "alias").to_owned()).unwrap_or_default();
        let alias =
            body.get("alias").and_then(Value::as_str).filter(|alias| !alias.is_empty()).unwrap_or(&before).to_owned();
        if configs.iter().enumerate().any(|(other, known)| other != place && text(known, "alias") == alias) {
            return Err(Refusal::conflict(format!("Authenticator config {alias} already exists")));
        }
        if let Some(Value::Object(known)) = configs.get_mut(place) {
            if let Some(Value::Object(given)) = body.get("config") {
                let mut given = given.clone();
                keep_masked(&mut given, known.get("config").and_then(Value::as_object));
                given.retain(|_, value| value.as_str() != Some(MASK));
                known.insert("config".to_owned(), Value::Object(given));
            }
            known.insert("alias".to_owned(), json!(alias));
        }
        rename(whole, &before, Some(&alias))
    })
    .await?;
    change
        .commit(Happened::updated(Resource::AuthenticatorConfig, format!("authentication/config/{id}")).with(body))
        .await
}

/// Removes a configuration.
///
/// # Errors
/// 404.
pub async fn remove_config(permit: &Permit<ManageRealm>, id: &str) -> Result<(), Refusal> {
    let mut change = permit.change().await?;
    edit(&mut change, &permit.realm().id, |whole| {
        let configs = list(whole, CONFIGS)?;
        let place = configs.iter().position(|known| text(known, "id") == id);
        let gone = configs.remove(place.ok_or_else(|| Refusal::not_found(MISSING))?);
        rename(whole, text(&gone, "alias"), None)
    })
    .await?;
    change.commit(Happened::deleted(Resource::AuthenticatorConfig, format!("authentication/config/{id}"))).await
}

/// Executions name their configuration.
fn rename(document: &mut Map<String, Value>, from: &str, to: Option<&str>) -> Result<(), Refusal> {
    for flow in list(document, FLOWS)? {
        for execution in flow.get_mut(EXECUTIONS).and_then(Value::as_array_mut).into_iter().flatten() {
            if text(execution, "authenticatorConfig") != from {
                continue;
            }
            if let Value::Object(members) = execution {
                match to {
                    Some(to) => drop(members.insert("authenticatorConfig".to_owned(), json!(to))),
                    None => drop(members.shift_remove("authenticatorConfig")),
                }
            }
        }
    }
    Ok(())
}
