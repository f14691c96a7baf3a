//! The realm's user profile: what attributes users have.

use std::collections::HashSet;

use identity::profile::{Profile, Role};
use identity::{Realm, User};
use serde_json::{Map, Value, json};

use crate::{Happened, ListUsers, ManageRealm, Permit, Refusal, Resource, ViewRealm};

/// Most bytes of a profile.
const MAX_BYTES: usize = 1024 * 1024;
/// Members of an attribute of a profile.
const MEMBERS: [&str; 11] = [
    "name",
    "displayName",
    "validations",
    "annotations",
    "required",
    "permissions",
    "selector",
    "group",
    "multivalued",
    "defaultValue",
    "readOnly",
];

/// The profile as it is configured.
///
/// # Errors
/// None but those of the permit.
pub fn profile(permit: &Permit<ViewRealm>) -> Result<Value, Refusal> {
    Ok(written(permit.realm()))
}

/// What whoever edits users has to know of it: its attributes with their rules, and its groups.
///
/// # Errors
/// None but those of the permit.
pub fn profile_metadata(permit: &Permit<ListUsers>) -> Result<Value, Refusal> {
    let realm = permit.realm();
    Ok(metadata_of(realm, &Profile::of(realm), None))
}

/// Replaces the profile. Answers it as it is now.
///
/// # Errors
/// 400 for what is no profile.
pub async fn change_profile(permit: &Permit<ManageRealm>, profile: Value) -> Result<Value, Refusal> {
    check(&profile)?;
    let id = crypto::random::uuid(permit.identity().random()).to_string();
    let mut change = permit.change().await?;
    let realm = permit.realm();
    change
        .edit_realm(&realm.id, |document| {
            Profile::write(document, &profile, &id);
            Ok::<_, Refusal>(())
        })
        .await?;
    change.commit(Happened::updated(Resource::UserProfile, "users/profile").with(profile.clone())).await?;
    Ok(with_defaults(profile))
}

fn written(realm: &Realm) -> Value {
    with_defaults(Profile::written(realm))
}

fn with_defaults(mut profile: Value) -> Value {
    for attribute in profile.get_mut("attributes").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Value::Object(attribute) = attribute {
            attribute.entry("multivalued").or_insert(Value::Bool(false));
        }
    }
    profile
}

fn check(profile: &Value) -> Result<(), Refusal> {
    let wrong = |why: &str| Refusal::message(format!("UserProfile configuration is not valid: {why}"));
    if profile.to_string().len() > MAX_BYTES {
        return Err(wrong("it is too large"));
    }
    serde_json::from_value::<Profile>(profile.clone()).map_err(|error| wrong(&error.to_string()))?;
    let Some(attributes) = profile.get("attributes").and_then(Value::as_array) else {
        return Err(wrong("no attributes are defined"));
    };
    let mut names = HashSet::new();
    let groups: HashSet<&str> = list(profile, "groups").filter_map(|group| text(group, "name")).collect();
    for attribute in attributes {
        let name = text(attribute, "name").unwrap_or_default();
        if name.trim().is_empty() {
            return Err(wrong("an attribute has no name"));
        }
        if !names.insert(name) {
            return Err(wrong(&format!("duplicate attribute configuration with 'name':'{name}'")));
        }
        let members = attribute.as_object().into_iter().flat_map(Map::keys);
        if let Some(unknown) = members.into_iter().find(|member| !MEMBERS.contains(&member.as_str())) {
            return Err(wrong(&format!("attribute '{name}' has an unknown member '{unknown}'")));
        }
        if let Some(group) = text(attribute, "group").filter(|group| !group.is_empty() && !groups.contains(group)) {
            return Err(wrong(&format!("attribute '{name}' references unknown group '{group}'")));
        }
    }
    match ["username", "email"].into_iter().find(|needed| !names.contains(needed)) {
        Some(missing) => Err(wrong(&format!("the attribute '{missing}' can not be removed"))),
        None => Ok(()),
    }
}

/// Attributes and groups as a form of a user needs them.
pub(super) fn metadata_of(realm: &Realm, profile: &Profile, user: Option<&User>) -> Value {
    let written = Profile::written(realm);
    let attributes: Vec<Value> = list(&written, "attributes")
        .filter_map(|configured| {
            let attribute = profile.attribute(text(configured, "name")?)?;
            if !attribute.is_visible(Role::Admin, &[]) {
                return None;
            }
            let mut told = Map::new();
            let renamable = attribute.name != "username" || user.is_none() || realm.settings.edit_username_allowed;
            told.insert("name".to_owned(), json!(attribute.name));
            told.insert(
                "displayName".to_owned(),
                configured.get("displayName").cloned().unwrap_or(json!(attribute.name)),
            );
            told.insert("required".to_owned(), json!(attribute.is_required(Role::Admin, &[])));
            let writable = renamable && attribute.is_writable(realm, user, Role::Admin, &[]);
            told.insert("readOnly".to_owned(), json!(!writable));
            for member in ["annotations", "group", "defaultValue"] {
                if let Some(value) = configured.get(member).filter(|value| !value.is_null()) {
                    told.insert(member.to_owned(), value.clone());
                }
            }
            told.insert("validators".to_owned(), validators(configured, attribute.multivalued));
            told.insert("multivalued".to_owned(), json!(attribute.multivalued));
            Some(Value::Object(told))
        })
        .collect();
    json!({ "attributes": attributes, "groups": written.get("groups").cloned().unwrap_or_else(|| json!([])) })
}

/// An attribute's rules, with what Keycloak adds to each.
fn validators(configured: &Value, multivalued: bool) -> Value {
    let mut told = Map::new();
    for (name, config) in configured.get("validations").and_then(Value::as_object).into_iter().flatten() {
        let mut config = config.as_object().cloned().unwrap_or_default();
        config.insert("ignore.empty.value".to_owned(), Value::Bool(true));
        told.insert(name.clone(), Value::Object(config));
    }
    if !multivalued {
        told.insert("multivalued".to_owned(), json!({ "max": "1" }));
    }
    Value::Object(told)
}

fn list<'v>(value: &'v Value, member: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    value.get(member).and_then(Value::as_array).into_iter().flatten()
}

fn text<'v>(value: &'v Value, member: &str) -> Option<&'v str> {
    value.get(member).and_then(Value::as_str)
}
