//! Granting roles and taking them.

use identity::RoleId;
use serde_json::{Map, Value};

use super::{Of, Subject, Whose, container};
use crate::role::told;
use crate::{Happened, ManageUsers, Permit, Refusal, Resource};

/// Grants roles of one container. What is granted already stays granted.
///
/// # Errors
/// 404 for a role that is none of the container, by id and name; 403 for a role that is not the caller's to give (A74), and for who
/// manages more than the caller.
pub async fn add(
    permit: &Permit<ManageUsers>,
    whose: Whose<'_>,
    of: Of<'_>,
    roles: Vec<Map<String, Value>>,
) -> Result<(), Refusal> {
    change(permit, whose, of, roles, true).await
}

/// Takes roles of one container; all of them where none is named, as Keycloak does. What is not granted stays so.
///
/// # Errors
/// As [`add`].
pub async fn remove(
    permit: &Permit<ManageUsers>,
    whose: Whose<'_>,
    of: Of<'_>,
    roles: Option<Vec<Map<String, Value>>>,
) -> Result<(), Refusal> {
    if let Some(roles) = roles {
        return change(permit, whose, of, roles, false).await;
    }
    let subject = Subject::find(permit, whose).await?;
    let client = container(permit, of)?;
    let realm = permit.realm();
    let granted = subject.roles(permit).iter().filter(|role| realm.role_name(role).is_some());
    let roles: Vec<RoleId> =
        granted.filter(|role| realm.client_of_role(role) == client.map(|client| &client.id)).cloned().collect();
    write(permit, &subject, of, &roles, false, Value::Null).await
}

async fn change(
    permit: &Permit<ManageUsers>,
    whose: Whose<'_>,
    of: Of<'_>,
    roles: Vec<Map<String, Value>>,
    grants: bool,
) -> Result<(), Refusal> {
    let subject = Subject::find(permit, whose).await?;
    let client = container(permit, of)?;
    let realm = permit.realm();
    let mut named = Vec::with_capacity(roles.len());
    for role in &roles {
        let text = |member: &str| role.get(member).and_then(Value::as_str);
        let missing = || Refusal::not_found("Role not found");
        // Keycloak: the name leads to the role, and the id must be the same one's.
        let name = text("name").ok_or_else(missing)?;
        let found = match client {
            None => realm.role_named(name),
            Some(client) => realm.client_role_named(&client.client_id, name),
        };
        let found = found.filter(|id| text("id") == Some(id.as_str())).ok_or_else(missing)?;
        named.push(found.clone());
    }
    write(permit, &subject, of, &named, grants, told(roles)).await
}

async fn write(
    permit: &Permit<ManageUsers>,
    subject: &Subject,
    of: Of<'_>,
    roles: &[RoleId],
    grants: bool,
    told: Value,
) -> Result<(), Refusal> {
    if let Subject::User(user) = subject {
        permit.check_may_manage(user)?;
    }
    for role in roles {
        permit.check_may_grant(role)?;
    }
    let mut change = permit.change().await?;
    for role in roles {
        match (subject, grants) {
            (Subject::User(user), true) => change.grant_role(&user.id, role).await?,
            (Subject::User(user), false) => change.revoke_role(&user.id, role).await?,
            (Subject::Group(group), true) => change.grant_group_role(group, role).await?,
            (Subject::Group(group), false) => change.revoke_group_role(group, role).await?,
        }
    }
    let (resource, path) = match of {
        Of::Realm => (Resource::RealmRoleMapping, format!("{}/realm", subject.path())),
        Of::Client(id) => (Resource::ClientRoleMapping, format!("{}/clients/{id}", subject.path())),
    };
    let happened = if grants { Happened::created(resource, path) } else { Happened::deleted(resource, path) };
    change.commit(happened.with(told)).await
}
