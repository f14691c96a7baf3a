//! Changing a user: what comes in is judged by the realm's profile, as Keycloak does.

use std::collections::BTreeMap;
use std::sync::Arc;

use crypto::secret::Secret;
use identity::profile::{Profile, ProfileFault, Role};
use identity::{Error, Realm, User};
use serde_json::{Map, Value};

use super::password::hash;
use crate::{Happened, ManageUsers, Permit, Refusal, Resource, Words};

/// Tells why a user is disabled; kept by the server, whatever set of attributes comes in.
const DISABLED_REASON: &str = "disabledReason";
pub(super) const UPDATE_PASSWORD: &str = "UPDATE_PASSWORD";

/// Changes a user by members of their representation. Those absent stay; but where `attributes` are present, they and the
/// address and names beside them are the whole profile, and what is not among them goes.
///
/// # Errors
/// 404; 403 for who manages more than the caller; 409 where name or address is taken; 400 for what the profile does not take.
pub async fn change(permit: &Permit<ManageUsers>, id: &str, document: Map<String, Value>) -> Result<(), Refusal> {
    let realm = permit.realm();
    let user = super::find(permit, id).await?;
    permit.check_may_manage(&user)?;
    let given = given_values(realm, &user, &document)?;
    let profile = Profile::of(realm);
    let read = profile.read(realm, Some(&user), Role::Admin, &[], &|name| given.get(name).cloned().unwrap_or_default());
    refuse_faults(&read.faults, &given)?;
    let passwords = new_passwords(permit, &user, &document).await?;

    let mut told = read.to_change();
    // Only what differs is written, so that nothing else is refused or forgotten with it.
    told.username = told.username.filter(|name| name.to_lowercase() != user.username);
    told.email = told.email.filter(|email| email.as_ref().map(|text| text.to_lowercase()) != user.email);
    told.enabled = document.get("enabled").and_then(Value::as_bool).filter(|enabled| *enabled != user.enabled);
    told.required_actions = actions(realm, &user, &document, passwords.iter().any(|(_, temporary)| *temporary));
    let mut attributes: BTreeMap<String, Vec<String>> =
        read.attributes().map(|(name, values)| (name.clone(), values.clone())).collect();
    if document.contains_key("attributes") && profile.takes_unmanaged(Role::Admin) {
        let is_free = |name: &str| profile.attribute(name).is_none() && name != DISABLED_REASON;
        let named = given.iter().filter(|(name, _)| is_free(name));
        attributes.extend(named.map(|(name, values)| (name.clone(), values.clone())));
        for name in user.attributes.keys().filter(|name| is_free(name)) {
            attributes.entry(name.clone()).or_default();
        }
    }
    attributes.retain(|name, values| user.attributes.get(name).map(Vec::as_slice).unwrap_or_default() != &**values);

    let mut change = permit.change().await?;
    let done = async {
        change.change_user(&user.id, told).await?;
        for (name, values) in &attributes {
            change.set_attribute(&user.id, name, values).await?;
        }
        if let Some(verified) = document.get("emailVerified").and_then(Value::as_bool) {
            change.set_email_verified(&user.id, verified).await?;
        }
        for (hash, _) in &passwords {
            change.set_password_hash(&user.id, hash).await?;
        }
        Ok(())
    };
    done.await.map_err(taken)?;
    let path = format!("users/{}", user.id);
    change.commit(Happened::updated(Resource::User, path).with(without_credentials(document))).await
}

/// The whole profile as it would be, by the names of its attributes.
fn given_values(
    realm: &Realm,
    user: &User,
    document: &Map<String, Value>,
) -> Result<BTreeMap<String, Vec<String>>, Refusal> {
    let root = |name: &str| document.get(name).and_then(Value::as_str).map(|text| vec![text.to_owned()]);
    let mut given: BTreeMap<String, Vec<String>> = if let Some(attributes) = document.get("attributes") {
        let mut given = texts_by_name(attributes);
        // Of these two, what stands beside the attributes counts.
        given.remove("username");
        given.remove("email");
        given
    } else {
        let mut given = user.attributes.clone();
        for name in super::represent::ROOTS {
            given.insert(name.to_owned(), user.profile_values(name));
        }
        given
    };
    for name in ["email", "firstName", "lastName"] {
        if let Some(value) = root(name) {
            given.insert(name.to_owned(), value);
        }
    }
    let settings = &realm.settings;
    let renamed =
        root("username").filter(|name| name.first().map(|name| name.to_lowercase()) != Some(user.username.clone()));
    match renamed {
        Some(_) if settings.registration_email_as_username => {}
        Some(_) if !settings.edit_username_allowed => {
            return Err(Refusal::status(
                http::StatusCode::BAD_REQUEST,
                Words::Field {
                    field: "username".to_owned(),
                    message: "error-user-attribute-read-only".to_owned(),
                    params: vec!["username".to_owned()],
                },
            ));
        }
        Some(name) => {
            given.insert("username".to_owned(), name);
        }
        None => {}
    }
    given.entry("username".to_owned()).or_insert_with(|| vec![user.username.clone()]);
    if settings.registration_email_as_username && given.get("email").is_none_or(Vec::is_empty) {
        given.insert("email".to_owned(), user.profile_values("email"));
    }
    Ok(given)
}

/// An object of lists of texts.
pub(super) fn texts_by_name(attributes: &Value) -> BTreeMap<String, Vec<String>> {
    let members = attributes.as_object().into_iter().flatten();
    members
        .map(|(name, values)| {
            let values = values.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
            (name.clone(), values.collect())
        })
        .collect()
}

/// What the profile has against it, in Keycloak's words.
pub(super) fn refuse_faults(faults: &[ProfileFault], given: &BTreeMap<String, Vec<String>>) -> Result<(), Refusal> {
    let mut told: Vec<(String, String, Vec<String>)> = faults
        .iter()
        .map(|fault| {
            let mut params = fault.arguments.clone();
            if fault.message == "error-invalid-email" {
                params.extend(given.get(&fault.attribute).and_then(|values| values.first()).cloned());
            }
            (fault.attribute.clone(), fault.message.to_owned(), params)
        })
        .collect();
    let words = match told.len() {
        0 => return Ok(()),
        1 => {
            let Some((field, message, params)) = told.pop() else { return Ok(()) };
            Words::Field { field, message, params }
        }
        _ => Words::Fields(told),
    };
    Err(Refusal::status(http::StatusCode::BAD_REQUEST, words))
}

/// Who has a name or address already.
pub(super) fn taken(error: Error) -> Refusal {
    match error {
        Error::Conflict("username") => Refusal::conflict("User exists with same username"),
        Error::Conflict("email") => Refusal::conflict("User exists with same email"),
        error => error.into(),
    }
}

/// Required actions that the realm knows; others are dropped, as Keycloak does.
pub(super) fn known_actions(realm: &Realm, given: &Value) -> Vec<String> {
    let known = realm.document.get("requiredActions").and_then(Value::as_array);
    let is_known = |alias: &str| match known.filter(|list| !list.is_empty()) {
        Some(list) => list.iter().any(|action| action.get("alias").and_then(Value::as_str) == Some(alias)),
        None => DEFAULT_ACTIONS.contains(&alias),
    };
    let mut actions: Vec<String> = Vec::new();
    for alias in given.as_array().into_iter().flatten().filter_map(Value::as_str) {
        if is_known(alias) && !actions.iter().any(|action| action == alias) {
            actions.push(alias.to_owned());
        }
    }
    actions
}

/// Actions of a realm whose document lists none.
const DEFAULT_ACTIONS: [&str; 13] = [
    "CONFIGURE_RECOVERY_AUTHN_CODES",
    "CONFIGURE_TOTP",
    "TERMS_AND_CONDITIONS",
    "UPDATE_EMAIL",
    UPDATE_PASSWORD,
    "UPDATE_PROFILE",
    "VERIFY_EMAIL",
    "VERIFY_PROFILE",
    "delete_account",
    "delete_credential",
    "update_user_locale",
    "webauthn-register",
    "webauthn-register-passwordless",
];

fn actions(realm: &Realm, user: &User, document: &Map<String, Value>, must_change: bool) -> Option<Vec<String>> {
    let mut actions = match document.get("requiredActions") {
        Some(given) => known_actions(realm, given),
        None => user.required_actions.clone(),
    };
    if must_change && !actions.iter().any(|action| action == UPDATE_PASSWORD) {
        actions.push(UPDATE_PASSWORD.to_owned());
    }
    Some(actions).filter(|actions| *actions != user.required_actions)
}

/// Passwords that come with a change.
async fn new_passwords(
    permit: &Permit<ManageUsers>,
    user: &Arc<User>,
    document: &Map<String, Value>,
) -> Result<Vec<(crypto::password::PasswordHash, bool)>, Refusal> {
    let mut hashes = Vec::new();
    for credential in document.get("credentials").and_then(Value::as_array).into_iter().flatten() {
        let is_password = credential.get("type").and_then(Value::as_str).is_none_or(|kind| kind == "password");
        let Some(value) = credential.get("value").and_then(Value::as_str).filter(|_| is_password) else { continue };
        let temporary = credential.get("temporary").and_then(Value::as_bool).unwrap_or_default();
        hashes.push((hash(permit, user, &Secret::from(value.to_owned())).await?, temporary));
    }
    Ok(hashes)
}

/// What an event shows of a user.
pub(super) fn without_credentials(mut document: Map<String, Value>) -> Map<String, Value> {
    document.shift_remove("credentials");
    // In the order in which Keycloak writes a user.
    let mut told = Map::new();
    for name in ["id", "username", "firstName", "lastName", "email", "emailVerified", "attributes", "enabled"] {
        if let Some(value) = document.shift_remove(name) {
            told.insert(name.to_owned(), value);
        }
    }
    told.extend(document);
    told
}
