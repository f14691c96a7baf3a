//! Making a user.

use std::collections::{BTreeMap, HashSet};

use http::StatusCode;
use identity::profile::{Profile, Role};
use identity::realm_file::{CredentialsRefused, PreparedCredential};
use identity::{FederatedIdentity, GroupId, NewUser, NoLists, UserChange, UserId};
use serde_json::{Map, Value, json};

use super::change::{UPDATE_PASSWORD, known_actions, refuse_faults, taken, texts_by_name, without_credentials};
use super::password::broken;
use crate::{Happened, ManageUsers, Permit, Refusal, Resource, Words};

/// Makes a user of a representation: profile, credentials (in the clear or hashed), groups by their paths, links and required
/// actions. Roles and the id are not the sender's to choose, as in Keycloak. Answers the id.
///
/// # Errors
/// 400 for what the profile or the password policy does not take; 409 where name or address is taken; 403 for a group that
/// brings more than the caller may give.
pub async fn add(permit: &Permit<ManageUsers>, mut document: Map<String, Value>) -> Result<UserId, Refusal> {
    let (realm, identity) = (permit.realm(), permit.identity());
    let given = given_values(&document);
    let named_by_email = realm.settings.registration_email_as_username;
    let first = |name: &str| given.get(name).and_then(|values| values.first()).map(String::as_str).unwrap_or_default();
    let username = if named_by_email { first("email") } else { first("username") }.trim().to_lowercase();
    if username.is_empty() {
        return Err(Refusal::message("User name is missing"));
    }
    let groups = groups(permit, &document)?;
    let profile = Profile::of(realm);
    let read = profile.read(realm, None, Role::Admin, &[], &|name| given.get(name).cloned().unwrap_or_default());
    refuse_faults(&read.faults, &given)?;
    let mut user: NewUser = read.into_new_user();
    if profile.takes_unmanaged(Role::Admin) {
        let free = given
            .iter()
            .filter(|(name, _)| profile.attribute(name).is_none() && !super::represent::ROOTS.contains(&name.as_str()));
        user.attributes.extend(free.map(|(name, values)| (name.clone(), values.clone())));
    }
    user.attributes.retain(|_, values| !values.is_empty());
    user.username = username;
    user.enabled = document.get("enabled").and_then(Value::as_bool).unwrap_or_default();
    user.required_actions = known_actions(realm, document.get("requiredActions").unwrap_or(&Value::Null));
    let verified = document.get("emailVerified").and_then(Value::as_bool).unwrap_or_default();
    user.document = json!({ "emailVerified": verified });

    let credentials = match document.shift_remove("credentials") {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    };
    // The name may be taken: nobody waits for a hash that is for nothing.
    if identity.find_user_by_login(realm, &user.username).await?.is_some_and(|other| other.username == user.username) {
        return Err(Refusal::conflict("User exists with same username"));
    }
    let whose = (user.username.as_str(), user.email.as_deref());
    let prepared = match identity.prepare_credentials(realm, whose, credentials, &NoLists).await {
        Ok(prepared) => prepared,
        Err(CredentialsRefused::Broken(violations)) => return Err(broken(&violations)),
        Err(CredentialsRefused::Error(error)) => return Err(error.into()),
    };
    let links = links(&document)?;
    write(permit, user, &groups, prepared, links, document).await
}

async fn write(
    permit: &Permit<ManageUsers>,
    user: NewUser,
    groups: &[GroupId],
    credentials: Vec<PreparedCredential>,
    links: Vec<FederatedIdentity>,
    document: Map<String, Value>,
) -> Result<UserId, Refusal> {
    let mut actions = user.required_actions.clone();
    let mut change = permit.change().await?;
    let id = change.add_user(&permit.realm().id, user).await.map_err(taken)?;
    for group in groups {
        change.join_group(&id, group).await?;
    }
    for link in links {
        change.link_identity(&id, link).await?;
    }
    let must_change = change.add_prepared_credentials(&id, credentials).await?;
    if must_change && !actions.iter().any(|action| action == UPDATE_PASSWORD) {
        actions.push(UPDATE_PASSWORD.to_owned());
        let told = UserChange { required_actions: Some(actions), ..UserChange::default() };
        change.change_user(&id, told).await?;
    }
    let path = format!("users/{id}");
    change.commit(Happened::created(Resource::User, path).with(without_credentials(document))).await?;
    Ok(id)
}

fn given_values(document: &Map<String, Value>) -> BTreeMap<String, Vec<String>> {
    let mut given = document.get("attributes").map(texts_by_name).unwrap_or_default();
    given.remove("username");
    given.remove("email");
    for name in super::represent::ROOTS {
        if let Some(text) = document.get(name).and_then(Value::as_str) {
            given.insert(name.to_owned(), vec![text.to_owned()]);
        }
    }
    given
}

/// The groups that the paths name. (Keycloak answers 500 to a path that leads nowhere.)
fn groups(permit: &Permit<ManageUsers>, document: &Map<String, Value>) -> Result<Vec<GroupId>, Refusal> {
    let realm = permit.realm();
    let mut seen = HashSet::new();
    let mut groups = Vec::new();
    for path in document.get("groups").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let Some(group) = realm.group_at(&path) else {
            let words = Words::Message(format!("Unable to find group specified by path: {path}").into());
            return Err(Refusal::status(StatusCode::BAD_REQUEST, words));
        };
        for role in realm.roles_with_group(group) {
            permit.check_may_grant(role)?;
        }
        if seen.insert(group) {
            groups.push(group.clone());
        }
    }
    Ok(groups)
}

fn links(document: &Map<String, Value>) -> Result<Vec<FederatedIdentity>, Refusal> {
    let list = document.get("federatedIdentities").and_then(Value::as_array).into_iter().flatten();
    list.map(|link| {
        let text = |member: &str| link.get(member).and_then(Value::as_str).map(str::to_owned);
        match (text("identityProvider"), text("userId")) {
            (Some(provider), Some(user_id)) => Ok(FederatedIdentity { provider, user_id, username: text("userName") }),
            _ => Err(Refusal::message("A federated identity needs identityProvider and userId")),
        }
    })
    .collect()
}
