//! What users may be made to do.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::Way;
use super::document::{edit, list, priority};
use super::execution::swap;
use super::provider::text;
use crate::{Happened, ManageRealm, Permit, Refusal, Resource, ViewRequiredActions};

const ACTIONS: &str = "requiredActions";
const MISSING: &str = "Failed to find required action";

static ALL: OnceLock<Vec<Value>> = OnceLock::new();

/// Keycloak's required actions: alias, name, place and settings.
fn known() -> &'static [Value] {
    ALL.get_or_init(|| serde_json::from_str(include_str!("required_actions.json")).unwrap_or_default())
}

fn of_realm<R: crate::Right>(permit: &Permit<R>) -> Vec<Value> {
    let mut actions = permit.realm().member(ACTIONS).and_then(Value::as_array).cloned().unwrap_or_default();
    actions.sort_by_key(priority);
    actions
}

/// The required actions of a realm, in order.
#[must_use]
pub fn actions(permit: &Permit<ViewRequiredActions>) -> Vec<Value> {
    of_realm(permit).into_iter().map(told).collect()
}

fn told(mut action: Value) -> Value {
    if let Value::Object(members) = &mut action {
        members.entry("config").or_insert_with(|| json!({}));
    }
    action
}

/// One of them.
///
/// # Errors
/// 404.
pub fn action(permit: &Permit<ViewRequiredActions>, alias: &str) -> Result<Value, Refusal> {
    let found = of_realm(permit).into_iter().find(|action| text(action, "alias") == alias);
    found.map(told).ok_or_else(|| Refusal::not_found(MISSING))
}

/// Those that Keycloak knows and the realm has not.
#[must_use]
pub fn unregistered_actions(permit: &Permit<ViewRequiredActions>) -> Vec<Value> {
    let present = of_realm(permit);
    let is_there = |alias: &str| present.iter().any(|action| text(action, "providerId") == alias);
    let missing = known().iter().filter(|action| !is_there(text(action, "alias")));
    missing.map(|action| json!({ "name": text(action, "name"), "providerId": text(action, "alias") })).collect()
}

/// Gives the realm a required action that it has not.
///
/// # Errors
/// 400 for one that nobody knows.
pub async fn register_action(permit: &Permit<ManageRealm>, body: Map<String, Value>) -> Result<(), Refusal> {
    let id = body.get("providerId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let action = known().iter().find(|action| text(action, "alias") == id);
    let action = action.ok_or_else(|| Refusal::error("Required Action Provider with given providerId not found"))?;
    let name = body.get("name").and_then(Value::as_str).unwrap_or_else(|| text(action, "name")).to_owned();
    let mut change = permit.change().await?;
    edit(&mut change, &permit.realm().id, |whole| {
        let actions = list(whole, ACTIONS)?;
        if actions.iter().any(|known| text(known, "alias") == id) {
            return Ok(());
        }
        let last = actions.iter().map(priority).max().unwrap_or_default();
        actions.push(json!({
            "alias": id, "name": name, "providerId": id, "enabled": true, "defaultAction": false,
            "priority": last.saturating_add(1), "config": {},
        }));
        Ok(())
    })
    .await?;
    change
        .commit(Happened::created(Resource::RequiredAction, "authentication/register-required-action").with(body))
        .await
}

/// Changes a required action by members of its representation.
///
/// # Errors
/// 404.
pub async fn change_action(permit: &Permit<ManageRealm>, alias: &str, body: Map<String, Value>) -> Result<(), Refusal> {
    update(permit, alias, |action| {
        for member in ["name", "enabled", "defaultAction", "priority", "config"] {
            if let Some(value) = body.get(member) {
                action.insert(member.to_owned(), value.clone());
            }
        }
    })
    .await?
    .commit(
        Happened::updated(Resource::RequiredAction, format!("authentication/required-actions/{alias}"))
            .with(body.clone()),
    )
    .await
}

/// The settings of a required action in this realm.
///
/// # Errors
/// 404.
pub fn action_config(permit: &Permit<ViewRequiredActions>, alias: &str) -> Result<Value, Refusal> {
    let action = action(permit, alias)?;
    Ok(json!({ "config": action.get("config").cloned().unwrap_or_else(|| json!({})) }))
}

/// Replaces them; nothing ends them.
///
/// # Errors
/// 404.
pub async fn change_action_config(
    permit: &Permit<ManageRealm>,
    alias: &str,
    body: Option<Map<String, Value>>,
) -> Result<(), Refusal> {
    let config = body.as_ref().and_then(|body| body.get("config")).cloned().unwrap_or_else(|| json!({}));
    let path = format!("authentication/required-actions/{alias}/config");
    let happened = match body {
        Some(body) => Happened::updated(Resource::RequiredActionConfig, path).with(body),
        None => Happened::deleted(Resource::RequiredActionConfig, path),
    };
    let change = update(permit, alias, |action| {
        action.insert("config".to_owned(), config);
    });
    change.await?.commit(happened).await
}

/// What may be set for a required action.
///
/// # Errors
/// 404.
pub fn describe_action(permit: &Permit<ViewRequiredActions>, alias: &str) -> Result<Value, Refusal> {
    action(permit, alias)?;
    let properties =
        known().iter().find(|action| text(action, "alias") == alias).and_then(|action| action.get("properties"));
    Ok(json!({ "properties": properties.cloned().unwrap_or_else(|| json!([])) }))
}

async fn update<'p>(
    permit: &'p Permit<ManageRealm>,
    alias: &str,
    change_it: impl FnOnce(&mut Map<String, Value>),
) -> Result<crate::Change<'p>, Refusal> {
    let mut change = permit.change().await?;
    edit(&mut change, &permit.realm().id, |whole| {
        let action = list(whole, ACTIONS)?.iter_mut().find(|action| text(action, "alias") == alias);
        match action {
            Some(Value::Object(action)) => {
                change_it(action);
                Ok(())
            }
            _ => Err(Refusal::not_found(MISSING)),
        }
    })
    .await?;
    Ok(change)
}

/// Lets a required action change places with its neighbour.
///
/// # Errors
/// 404.
pub async fn move_action(permit: &Permit<ManageRealm>, alias: &str, way: Way) -> Result<(), Refusal> {
    let mut change = permit.change().await?;
    edit(&mut change, &permit.realm().id, |whole| {
        let actions = list(whole, ACTIONS)?;
        if !actions.iter().any(|action| text(action, "alias") == alias) {
            return Err(Refusal::not_found(MISSING));
        }
        swap(actions, alias, "alias", way);
        Ok(())
    })
    .await?;
    change.commit(Happened::updated(Resource::RequiredAction, format!("authentication/required-actions/{alias}"))).await
}

/// Takes a required action from the realm.
///
/// # Errors
/// 404.
pub async fn remove_action(permit: &Permit<ManageRealm>, alias: &str) -> Result<(), Refusal> {
    let mut change = permit.change().await?;
    edit(&mut change, &permit.realm().id, |whole| {
        let actions = list(whole, ACTIONS)?;
        let before = actions.len();
        actions.retain(|action| text(action, "alias") != alias);
        if actions.len() == before { Err(Refusal::not_found(MISSING)) } else { Ok(()) }
    })
    .await?;
    change.commit(Happened::deleted(Resource::RequiredAction, format!("authentication/required-actions/{alias}"))).await
}
