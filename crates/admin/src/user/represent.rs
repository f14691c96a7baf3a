//! Users as Keycloak's UserRepresentation.

use std::collections::BTreeMap;

use identity::profile::{Profile, Role, UnmanagedPolicy};
use identity::{Realm, User};
use serde_json::{Map, Value, json};

use crate::{Impersonate, ManageUsers, Permit, Right};

/// Members of the profile that are no attributes in a representation.
pub(super) const ROOTS: [&str; 4] = ["username", "email", "firstName", "lastName"];

/// A user of a list, with what the caller may do with them.
pub(crate) fn listed<R: Right>(permit: &Permit<R>, profile: &Profile, user: &User, brief: bool) -> Value {
    let mut told = represent(permit.realm(), profile, user, brief);
    told.insert("access".to_owned(), json!({ "manage": permit.also::<ManageUsers>() }));
    Value::Object(told)
}

/// A user of a list that has no `access`: members of a group, bearers of a role.
pub(crate) fn member<R: Right>(permit: &Permit<R>, profile: &Profile, user: &User, brief: bool) -> Value {
    Value::Object(represent(permit.realm(), profile, user, brief))
}

/// A user shown alone.
pub(super) fn alone<R: Right>(permit: &Permit<R>, profile: &Profile, user: &User, metadata: bool) -> Value {
    let mut told = represent(permit.realm(), profile, user, false);
    if metadata {
        told.insert("userProfileMetadata".to_owned(), super::profile::metadata_of(permit.realm(), profile, Some(user)));
    }
    let manages = permit.also::<ManageUsers>();
    told.insert(
        "access".to_owned(),
        json!({
            "manageGroupMembership": manages,
            "resetPassword": manages,
            "view": true,
            "mapRoles": manages,
            "impersonate": permit.also::<Impersonate>(),
            "manage": manages,
        }),
    );
    Value::Object(told)
}

fn represent(realm: &Realm, profile: &Profile, user: &User, brief: bool) -> Map<String, Value> {
    let mut told = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            told.insert(name.to_owned(), value);
        }
    };
    put("id", json!(user.id.as_str()));
    put("username", json!(user.username));
    put("firstName", json!(user.first_name));
    put("lastName", json!(user.last_name));
    put("email", json!(user.email));
    put("emailVerified", json!(user.email_verified()));
    let attributes = if brief { BTreeMap::new() } else { seen_attributes(profile, user) };
    if !attributes.is_empty() {
        put("attributes", json!(attributes));
    }
    put("enabled", json!(user.enabled));
    put("createdTimestamp", json!(user.created_at.0));
    put("federationLink", user.document.get("federationLink").cloned().unwrap_or_default());
    if brief {
        return told;
    }
    let account = user.service_account_client.as_ref().and_then(|client| realm.client_by_id(client));
    put("serviceAccountClientId", account.map(|client| json!(&*client.client_id)).unwrap_or_default());
    put("totp", json!(user.has_credential("otp")));
    put("disableableCredentialTypes", json!([]));
    put("requiredActions", json!(user.required_actions));
    put("notBefore", json!(user.not_before));
    told
}

/// The attributes that an administrator may see.
pub(super) fn seen_attributes<'u>(profile: &Profile, user: &'u User) -> BTreeMap<&'u str, &'u [String]> {
    let shows_others = !matches!(profile.unmanaged_attribute_policy.unwrap_or_default(), UnmanagedPolicy::Disabled);
    user.attributes
        .iter()
        .filter(|(name, _)| !ROOTS.contains(&name.as_str()))
        .filter(|(name, _)| match profile.attribute(name) {
            Some(attribute) => attribute.is_visible(Role::Admin, &[]),
            None => shows_others,
        })
        .map(|(name, values)| (name.as_str(), values.as_slice()))
        .collect()
}
