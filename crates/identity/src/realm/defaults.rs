//! What a new realm holds: settings, roles, clients and client scopes as Keycloak makes them.

use serde_json::{Map, Value};

use crate::{Error, rows};

/// The realm that manages the others.
pub(crate) const MASTER: &str = "master";
/// The client whose roles manage a realm from inside.
pub(crate) const REALM_MANAGEMENT: &str = "realm-management";

/// Roles, clients, client scopes and flows; `{realm}` stands for the realm's name.
const NOUNS: &str = include_str!("../realm_file/new-realm.json");
/// Settings.
const SETTINGS: &str = include_str!("settings.json");

/// Everything a new realm of this name holds, as one RealmRepresentation without ids.
pub(crate) fn template(name: &str) -> Result<Map<String, Value>, Error> {
    let mut all = settings(name)?;
    all.extend(read(NOUNS, name)?);
    Ok(all)
}

/// The settings among it.
pub(crate) fn settings(name: &str) -> Result<Map<String, Value>, Error> {
    read(SETTINGS, name)
}

fn read(text: &str, name: &str) -> Result<Map<String, Value>, Error> {
    let mut value: Value =
        serde_json::from_str(text).map_err(|error| Error::fault(format!("the built-in realm: {error}")))?;
    name_realm(&mut value, name);
    rows::members(value)
}

/// The name of a realm's default role.
pub(crate) fn default_role(realm: &str) -> String {
    format!("default-roles-{}", realm.to_lowercase())
}

/// The client of `master` whose roles manage this realm from there.
pub(crate) fn management_client(realm: &str) -> String {
    format!("{realm}-realm")
}

fn name_realm(value: &mut Value, name: &str) {
    match value {
        Value::String(text) if text == "default-roles-{realm}" => *text = default_role(name),
        Value::String(text) if text.contains("{realm}") => *text = text.replace("{realm}", name),
        Value::Array(items) => items.iter_mut().for_each(|item| name_realm(item, name)),
        Value::Object(members) => members.values_mut().for_each(|member| name_realm(member, name)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_named_throughout() {
        let all = template("Quay").unwrap();
        let text = Value::Object(all.clone()).to_string();
        assert!(!text.contains("{realm}"));
        assert_eq!(all["defaultRole"]["name"], "default-roles-quay");
        assert!(text.contains("/realms/Quay/account/"));
        assert_eq!(all["accessTokenLifespan"], 300);
    }
}
