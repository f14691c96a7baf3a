//! The configuration as types.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Role;
use crate::{Realm, User};

const PROVIDER: &str = "org.keycloak.userprofile.UserProfileProvider";
const MEMBER: &str = "kc.user.profile.config";

/// What happens to attributes that the profile does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UnmanagedPolicy {
    /// They are not there.
    #[default]
    Disabled,
    /// Everybody may write them.
    Enabled,
    /// Administrators see them.
    AdminView,
    /// Administrators write them.
    AdminEdit,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Permissions {
    pub(super) view: Vec<String>,
    pub(super) edit: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Required {
    pub(super) roles: Vec<String>,
    pub(super) scopes: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Selector {
    pub(super) scopes: Vec<String>,
}

/// An attribute of the profile.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its name for people, often `${key}` of the message bundles.
    pub display_name: Option<String>,
    /// Keycloak's hints for the page (`inputType`, …).
    pub annotations: Map<String, Value>,
    /// Whether it may have several values.
    pub multivalued: bool,
    /// The group it is shown in.
    pub group: Option<String>,
    /// What it begins with.
    pub default_value: Option<String>,
    pub(super) validations: BTreeMap<String, Value>,
    pub(super) permissions: Permissions,
    pub(super) required: Option<Required>,
    pub(super) selector: Option<Selector>,
}

/// A group of attributes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its heading.
    pub display_header: Option<String>,
    /// A line under the heading.
    pub display_description: Option<String>,
}

/// A realm's user profile.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Profile {
    /// Its attributes, in the order in which they are shown.
    pub attributes: Vec<Attribute>,
    /// Their groups.
    pub groups: Vec<Group>,
    /// What happens to other attributes.
    pub unmanaged_attribute_policy: Option<UnmanagedPolicy>,
}

/// Keycloak's, where a realm has none of its own.
static DEFAULT: LazyLock<Profile> = LazyLock::new(|| serde_json::from_str(DEFAULT_TEXT).unwrap_or_default());
const DEFAULT_TEXT: &str = include_str!("default.json");

/// The text of a realm's own profile.
fn own(realm: &Realm) -> Option<&str> {
    let components = realm.document.get("components")?;
    components.get(PROVIDER)?.as_array()?.first()?.get("config")?.get(MEMBER)?.get(0)?.as_str()
}

impl Profile {
    /// The profile of a realm. One that cannot be read is Keycloak's own.
    pub fn of(realm: &Realm) -> Self {
        own(realm).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| DEFAULT.clone())
    }

    /// The profile of a realm as it was written, members that no code here knows included.
    pub fn written(realm: &Realm) -> Value {
        let own = own(realm).filter(|text| serde_json::from_str::<Self>(text).is_ok());
        serde_json::from_str(own.unwrap_or(DEFAULT_TEXT)).unwrap_or_default()
    }

    /// Puts a profile into a realm's document, where [`Profile::of`] looks for it. The id is for the component that holds it,
    /// where there is none yet.
    pub fn write(document: &mut Map<String, Value>, profile: &Value, id: &str) {
        let components = document.entry("components").or_insert_with(|| json!({}));
        let Value::Object(components) = components else { return };
        let list = components.entry(PROVIDER).or_insert_with(|| json!([]));
        let Value::Array(list) = list else { return };
        if list.is_empty() {
            let new = json!({ "id": id, "providerId": "declarative-user-profile", "subComponents": {}, "config": {} });
            list.push(new);
        }
        let Some(Value::Object(component)) = list.first_mut() else { return };
        if let Value::Object(config) = component.entry("config").or_insert_with(|| json!({})) {
            config.insert(MEMBER.to_owned(), json!([profile.to_string()]));
        }
    }

    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

impl Attribute {
    /// Whether somebody may see it, where an application asks for these client scopes.
    pub fn is_visible(&self, role: Role, scopes: &[String]) -> bool {
        let named = |list: &[String]| list.iter().any(|word| word == role.word());
        self.is_selected(scopes) && (named(&self.permissions.view) || named(&self.permissions.edit))
    }

    /// Whether somebody may write it.
    pub fn is_writable(&self, realm: &Realm, user: Option<&User>, role: Role, scopes: &[String]) -> bool {
        if !self.is_selected(scopes) || !self.permissions.edit.iter().any(|word| word == role.word()) {
            return false;
        }
        match (self.name.as_str(), user) {
            // The name follows the address, or is the person's to change only where the realm says so.
            ("username", None) => !realm.settings.registration_email_as_username,
            ("username", Some(_)) => {
                role == Role::Admin
                    || (realm.settings.edit_username_allowed && !realm.settings.registration_email_as_username)
            }
            _ => true,
        }
    }

    /// Whether it must have a value.
    pub fn is_required(&self, role: Role, scopes: &[String]) -> bool {
        if self.name == "username" {
            return true;
        }
        let Some(required) = &self.required else { return false };
        let by_role = required.roles.iter().any(|word| word == role.word());
        let by_scope = required.scopes.iter().any(|scope| scopes.contains(scope));
        // Without either it is required always.
        by_role || by_scope || (required.roles.is_empty() && required.scopes.is_empty())
    }

    fn is_selected(&self, scopes: &[String]) -> bool {
        self.selector.as_ref().is_none_or(|selector| {
            selector.scopes.is_empty() || selector.scopes.iter().any(|scope| scopes.contains(scope))
        })
    }

    /// The limit of its length, for the page.
    pub fn max_length(&self) -> Option<u32> {
        let max = self.validations.get("length")?.get("max")?;
        max.as_u64().or_else(|| max.as_str()?.parse().ok()).and_then(|max| u32::try_from(max).ok())
    }

    /// Values to choose from.
    pub fn options(&self) -> Option<Vec<String>> {
        let options = self.validations.get("options")?.get("options")?.as_array()?;
        Some(options.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// A hint for the page.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.get(name)?.as_str()
    }
}
