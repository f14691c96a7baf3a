//! Client policies and profiles: documents of the realm.

use identity::Error;
use serde_json::{Map, Value, json};

use crate::{Happened, ManageRealm, Permit, Refusal, Resource, ViewRealm};

/// Which of the two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policies {
    /// What is done.
    Profiles,
    /// When it is done.
    Policies,
}

impl Policies {
    fn members(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Profiles => ("clientProfiles", "profiles", "globalProfiles"),
            Self::Policies => ("clientPolicies", "policies", "globalPolicies"),
        }
    }
}

/// The document; with those that every realm has, of which there are none here.
#[must_use]
pub fn get(permit: &Permit<ViewRealm>, which: Policies, with_global: bool) -> Value {
    let (member, list, global) = which.members();
    let mut document = permit.realm().member(member).and_then(Value::as_object).cloned().unwrap_or_default();
    document.entry(list).or_insert_with(|| json!([]));
    document.shift_remove(global);
    if with_global {
        document.insert(global.to_owned(), json!([]));
    }
    Value::Object(document)
}

/// Replaces the document.
///
/// # Errors
/// 400 where an entry has no name, or two have one.
pub async fn change(permit: &Permit<ManageRealm>, which: Policies, body: Map<String, Value>) -> Result<(), Refusal> {
    let (member, list, _) = which.members();
    let entries = body.get(list).cloned().unwrap_or_else(|| json!([]));
    let mut names = Vec::new();
    for entry in entries.as_array().ok_or_else(|| Refusal::message("Client policies must be a list"))? {
        let name = entry.get("name").and_then(Value::as_str).unwrap_or_default();
        if name.is_empty() || names.contains(&name) {
            return Err(Refusal::message("Client policies and profiles need a name of their own"));
        }
        names.push(name);
    }
    let mut change = permit.change().await?;
    change
        .edit_realm(&permit.realm().id, |document| {
            document.insert(member.to_owned(), json!({ list: entries }));
            Ok::<_, Error>(())
        })
        .await?;
    change.commit(Happened::updated(Resource::Realm, format!("client-policies/{list}")).with(body)).await
}
