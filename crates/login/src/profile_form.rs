//! Fields of the user profile, as pages show them.

use std::collections::BTreeMap;

use identity::profile::{Attribute, Profile, Role};
use identity::{Realm, User};
use theme::Text;

use crate::page::{Choice, FieldKind, ProfileField};

/// Prefix of notes that keep what somebody has typed.
const TYPED: &str = "typed.";

/// Keeps what somebody has typed into the profile's fields, to show it again. No other field is kept: passwords are not.
pub(crate) fn remember(realm: &Realm, fields: &flow::Fields, notes: &mut BTreeMap<String, String>) {
    for attribute in Profile::of(realm).attributes {
        let values: Vec<&str> = fields.all(&attribute.name).collect();
        let typed = values.join("\n");
        if !typed.is_empty() && typed.len() <= 2048 {
            notes.insert(format!("{TYPED}{}", attribute.name), typed);
        }
    }
}

/// Fields of a profile: a new one without `user`.
pub(crate) fn fields(realm: &Realm, user: Option<&User>, notes: &BTreeMap<String, String>) -> Vec<ProfileField> {
    let profile = Profile::of(realm);
    let mut attributes: Vec<&Attribute> = profile.attributes.iter().collect();
    // Fields of one group stand together.
    attributes.sort_by_key(|attribute| {
        attribute
            .group
            .as_ref()
            .and_then(|name| profile.groups.iter().position(|group| group.name == *name))
            .map_or(0, |at| at + 1)
    });
    attributes
        .into_iter()
        .filter_map(|attribute| {
            let writable = attribute.is_writable(realm, user, Role::Person, &[]);
            let shown = writable || (user.is_some() && attribute.is_visible(Role::Person, &[]));
            let group =
                attribute.group.as_ref().and_then(|name| profile.groups.iter().find(|group| group.name == *name));
            let group = group.and_then(|group| group.display_header.as_deref()).map(Text::display);
            shown.then(|| field(attribute, writable, user, notes, group))
        })
        .collect()
}

fn field(
    attribute: &Attribute,
    writable: bool,
    user: Option<&User>,
    notes: &BTreeMap<String, String>,
    group: Option<Text>,
) -> ProfileField {
    let typed = notes.get(&format!("{TYPED}{}", attribute.name));
    let values = match (typed, user) {
        (Some(typed), _) if writable => typed.split('\n').map(str::to_owned).collect(),
        (_, Some(user)) => user.profile_values(&attribute.name),
        _ => attribute.default_value.iter().cloned().collect(),
    };
    let text = |name: &str| attribute.annotation(name).map(Text::display);
    ProfileField {
        name: attribute.name.clone(),
        label: attribute.display_name.as_deref().map(Text::display),
        kind: kind(attribute),
        values,
        required: attribute.is_required(Role::Person, &[]),
        read_only: !writable,
        autocomplete: match attribute.name.as_str() {
            "username" => Some("username"),
            "email" => Some("email"),
            "firstName" => Some("given-name"),
            "lastName" => Some("family-name"),
            _ => None,
        },
        placeholder: text("inputTypePlaceholder"),
        help_before: text("inputHelperTextBefore"),
        help_after: text("inputHelperTextAfter"),
        max_length: attribute.max_length(),
        group,
    }
}

fn kind(attribute: &Attribute) -> FieldKind {
    let choices = || -> Vec<Choice> {
        let options = attribute.options().unwrap_or_default();
        let labels = attribute.annotations.get("inputOptionLabels");
        options
            .into_iter()
            .map(|value| {
                let label = labels.and_then(|labels| labels.get(&value)?.as_str()).unwrap_or(&value);
                Choice { label: Text::display(label), value }
            })
            .collect()
    };
    let size = |name: &str| attribute.annotation(name).and_then(|text| text.parse().ok());
    let html5 = |kind: &str| {
        ["email", "tel", "url", "number", "range", "date", "month", "time", "datetime-local"]
            .into_iter()
            .find(|known| *known == kind)
    };
    match attribute.annotation("inputType") {
        Some("textarea") => FieldKind::Textarea { rows: size("inputTypeRows"), cols: size("inputTypeCols") },
        Some("select") => FieldKind::Select(choices()),
        Some("multiselect") => FieldKind::Multiselect(choices()),
        Some("select-radiobuttons") => FieldKind::Radio(choices()),
        Some("multiselect-checkboxes") => FieldKind::Checkboxes(choices()),
        Some(other) => {
            let kind = other.strip_prefix("html5-").and_then(html5);
            kind.map_or(FieldKind::Text, FieldKind::Html5)
        }
        None if attribute.name == "email" => FieldKind::Html5("email"),
        None if attribute.multivalued => FieldKind::Multivalued,
        None => FieldKind::Text,
    }
}
