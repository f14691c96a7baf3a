//! What is kept of events.

use serde_json::{Map, Value, json};

use crate::{Happened, ManageEvents, Permit, Refusal, Resource, ViewEvents};

/// Members of a realm's representation that are about events.
const MEMBERS: [&str; 6] = [
    "eventsEnabled",
    "eventsExpiration",
    "eventsListeners",
    "enabledEventTypes",
    "adminEventsEnabled",
    "adminEventsDetailsEnabled",
];
/// The listeners there are: the log, as Keycloak calls it, and mails to users.
const LISTENERS: [&str; 2] = ["jboss-logging", "email"];

/// Kinds of which there is no error that is kept.
const NO_ERROR: [&str; 3] =
    ["PERMISSION_TOKEN", "USER_DISABLED_BY_PERMANENT_LOCKOUT", "USER_DISABLED_BY_TEMPORARY_LOCKOUT"];

/// Kinds that are kept where a realm does not say which, each with its error.
const KINDS: [&str; 53] = [
    "AUTHREQID_TO_TOKEN",
    "CLIENT_DELETE",
    "CLIENT_INITIATED_ACCOUNT_LINKING",
    "CLIENT_LOGIN",
    "CLIENT_REGISTER",
    "CLIENT_UPDATE",
    "CODE_TO_TOKEN",
    "CUSTOM_REQUIRED_ACTION",
    "DELETE_ACCOUNT",
    "EXECUTE_ACTIONS",
    "EXECUTE_ACTION_TOKEN",
    "FEDERATED_IDENTITY_LINK",
    "FEDERATED_IDENTITY_OVERRIDE_LINK",
    "GRANT_CONSENT",
    "IDENTITY_PROVIDER_FIRST_LOGIN",
    "IDENTITY_PROVIDER_LINK_ACCOUNT",
    "IDENTITY_PROVIDER_LOGIN",
    "IDENTITY_PROVIDER_POST_LOGIN",
    "IMPERSONATE",
    "INVITE_ORG",
    "JWT_AUTHORIZATION_GRANT",
    "LOGIN",
    "LOGOUT",
    "OAUTH2_DEVICE_AUTH",
    "OAUTH2_DEVICE_CODE_TO_TOKEN",
    "OAUTH2_DEVICE_VERIFY_USER_CODE",
    "OAUTH2_EXTENSION_GRANT",
    "PERMISSION_TOKEN",
    "REGISTER",
    "REMOVE_CREDENTIAL",
    "REMOVE_FEDERATED_IDENTITY",
    "REMOVE_TOTP",
    "RESET_PASSWORD",
    "RESTART_AUTHENTICATION",
    "REVOKE_GRANT",
    "SEND_IDENTITY_PROVIDER_LINK",
    "SEND_RESET_PASSWORD",
    "SEND_VERIFY_EMAIL",
    "TOKEN_EXCHANGE",
    "UPDATE_CONSENT",
    "UPDATE_CREDENTIAL",
    "UPDATE_EMAIL",
    "UPDATE_PASSWORD",
    "UPDATE_PROFILE",
    "UPDATE_TOTP",
    "USER_DISABLED_BY_PERMANENT_LOCKOUT",
    "USER_DISABLED_BY_TEMPORARY_LOCKOUT",
    "VERIFIABLE_CREDENTIAL_CREATE_OFFER",
    "VERIFIABLE_CREDENTIAL_OFFER_REQUEST",
    "VERIFIABLE_CREDENTIAL_PRE_AUTHORIZED_GRANT",
    "VERIFIABLE_CREDENTIAL_REQUEST",
    "VERIFY_EMAIL",
    "VERIFY_PROFILE",
];

/// What the realm keeps of events.
///
/// # Errors
/// None but those of the permit.
pub fn config(permit: &Permit<ViewEvents>) -> Result<Value, Refusal> {
    let document = &permit.realm().document;
    let flag = |member: &str| document.get(member).and_then(Value::as_bool).unwrap_or_default();
    let mut told = Map::new();
    told.insert("eventsEnabled".to_owned(), json!(flag("eventsEnabled")));
    if let Some(seconds) = document.get("eventsExpiration").and_then(Value::as_i64).filter(|seconds| *seconds != 0) {
        told.insert("eventsExpiration".to_owned(), json!(seconds));
    }
    let listeners = document.get("eventsListeners").cloned().unwrap_or_else(|| json!(["jboss-logging"]));
    told.insert("eventsListeners".to_owned(), listeners);
    let kinds = document.get("enabledEventTypes").filter(|kinds| kinds.as_array().is_some_and(|list| !list.is_empty()));
    told.insert("enabledEventTypes".to_owned(), kinds.cloned().unwrap_or_else(default_kinds));
    told.insert("adminEventsEnabled".to_owned(), json!(flag("adminEventsEnabled")));
    told.insert("adminEventsDetailsEnabled".to_owned(), json!(flag("adminEventsDetailsEnabled")));
    Ok(Value::Object(told))
}

fn default_kinds() -> Value {
    let error = |kind: &str| (!NO_ERROR.contains(&kind)).then(|| json!(format!("{kind}_ERROR")));
    KINDS.iter().flat_map(|kind| [Some(json!(kind)), error(kind)]).flatten().collect()
}

/// Changes it, as far as members are given.
///
/// # Errors
/// 400 for a listener that is not there.
pub async fn change_config(permit: &Permit<ManageEvents>, document: Map<String, Value>) -> Result<(), Refusal> {
    let listeners = document.get("eventsListeners").and_then(Value::as_array).into_iter().flatten();
    if listeners.into_iter().any(|one| one.as_str().is_none_or(|name| !LISTENERS.contains(&name))) {
        return Err(Refusal::error("Unknown event listener"));
    }
    let mut patch = document.clone();
    patch.retain(|member, _| MEMBERS.contains(&member.as_str()));
    let realm = permit.realm();
    let mut change = permit.change().await?;
    change.change_realm(&realm.id, Value::Object(patch)).await?;
    change.commit(Happened::updated(Resource::Realm, "events/config").with(document)).await
}
