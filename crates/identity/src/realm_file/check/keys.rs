//! Checks of components, and of the keys among them.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::names::members;
use super::place::Place;
use crate::realm_file::component_key::{self, KEY_PROVIDER};
use crate::realm_file::fault::At;

pub(super) fn check(place: &mut Place<'_>, document: &Map<String, Value>, at: &At<'_>) {
    let mut ids = HashSet::new();
    components(place, document, "components", &mut ids, at);
}

fn components(place: &mut Place<'_>, owner: &Map<String, Value>, member: &str, ids: &mut HashSet<String>, at: &At<'_>) {
    let at = at.member(member);
    for (kind, list) in members(owner, member) {
        let at = at.member(kind);
        for (index, component) in list.as_array().into_iter().flatten().filter_map(Value::as_object).enumerate() {
            let at = at.item(index);
            place.unique_id(component, "id", ids, &at);
            place.name(component, "providerId", &at);
            if kind == KEY_PROVIDER
                && let Err(bad) = component_key::read(component)
            {
                place.fault(&at.member("config").member(&bad.member), bad.reason);
            }
            components(place, component, "subComponents", ids, &at);
        }
    }
}
