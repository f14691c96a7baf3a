//! Changing a realm's settings.

use http::StatusCode;
use identity::{Error, PasswordPolicy, keep_masked};
use serde_json::{Map, Value};

use super::{add::check_name, get::PARTS};
use crate::{Happened, ManageRealm, Permit, Refusal, Resource, Words};

/// Changes a realm by members of its representation: those present replace, all else stays. Members with addresses of their own
/// are passed over, as Keycloak does; a mask keeps its secret.
///
/// # Errors
/// Whatever is wrong with it; nothing is changed then.
pub async fn change(permit: &Permit<ManageRealm>, document: Map<String, Value>) -> Result<(), Refusal> {
    let realm = permit.realm();
    let mut patch = document.clone();
    patch.retain(|member, _| !PARTS.contains(&member.as_str()) || member == "localizationTexts");
    for member in
        ["id", "defaultRole", "defaultRoles", "requiredCredentials", "users", "publicKey", "privateKey", "certificate"]
    {
        patch.shift_remove(member);
    }
    if let Some(Value::String(name)) = patch.get("realm").filter(|name| name.as_str() != Some(&realm.name)) {
        if name.trim().is_empty() {
            return Err(Refusal::message("Realm name cannot be empty"));
        }
        check_name(name)?;
    }
    if let Some(Value::String(policy)) = patch.get("passwordPolicy")
        && PasswordPolicy::parse(policy).is_err()
    {
        return Err(Refusal::message("Password policy not found"));
    }
    if let Some(Value::String(word)) = patch.get_mut("sslRequired") {
        *word = word.to_ascii_lowercase();
    }
    check_flows(permit, &patch)?;
    let mut change = permit.change().await?;
    let present = permit.identity().realm_document(&realm.id).await?;
    if let Some(Value::Object(smtp)) = patch.get_mut("smtpServer") {
        keep_masked(smtp, present.get("smtpServer").and_then(Value::as_object));
    }
    if let Some(Value::Object(given)) = patch.get_mut("attributes") {
        keep_masked(given, present.get("attributes").and_then(Value::as_object));
        keep_built_in_attributes(given, present.get("attributes"));
    }
    match change.change_realm(&realm.id, Value::Object(patch)).await {
        Ok(()) => {}
        Err(Error::Conflict(_)) => return Err(Refusal::conflict("Realm with same name exists")),
        Err(error) => return Err(error.into()),
    }
    change.commit(Happened::updated(Resource::Realm, "").with(document)).await
}

/// Flows that a realm is bound to are its own. (Keycloak answers 500 to one that is not.)
fn check_flows(permit: &Permit<ManageRealm>, patch: &Map<String, Value>) -> Result<(), Refusal> {
    let flows = permit.realm().member("authenticationFlows").and_then(Value::as_array);
    let is_there = |alias: &str| {
        flows.into_iter().flatten().any(|flow| {
            flow.get("alias").and_then(Value::as_str) == Some(alias) && flow.get("topLevel") == Some(&Value::Bool(true))
        })
    };
    let bound = patch.iter().filter(|(member, _)| member.ends_with("Flow"));
    for (_, alias) in bound {
        if alias.as_str().is_none_or(|alias| !alias.is_empty() && !is_there(alias)) {
            return Err(Refusal::status(StatusCode::BAD_REQUEST, Words::Message("Failed to update realm".into())));
        }
    }
    Ok(())
}

/// A set of attributes that comes in replaces the one there was, but for those that every realm of Keycloak has.
fn keep_built_in_attributes(given: &mut Map<String, Value>, present: Option<&Value>) {
    const BUILT_IN: [&str; 7] = [
        "cibaAuthRequestedUserHint",
        "cibaBackchannelTokenDeliveryMode",
        "cibaExpiresIn",
        "cibaInterval",
        "oauth2DeviceCodeLifespan",
        "oauth2DevicePollingInterval",
        "parRequestUriLifespan",
    ];
    for name in BUILT_IN {
        if let (false, Some(value)) = (given.contains_key(name), present.and_then(|all| all.get(name))) {
            given.insert(name.to_owned(), value.clone());
        }
    }
}
