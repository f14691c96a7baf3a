//! Checks of roles and groups.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::names::{members, objects};
use super::place::Place;
use crate::realm_file::fault::{At, quoted};

pub(super) fn check(place: &mut Place<'_>, document: &Map<String, Value>, at: &At<'_>) {
    let mut ids = HashSet::new();
    if let Some(Value::Object(roles)) = document.get("roles") {
        let at = at.member("roles");
        list(place, roles, "realm", &mut ids, &at);
        if let Some(Value::Object(clients)) = roles.get("client") {
            let at = at.member("client");
            for client in clients.keys() {
                if !place.names.clients.contains(client) {
                    place.fault(&at.member(client), format!("there is no client {}", quoted(client)));
                }
                list(place, clients, client, &mut ids, &at);
            }
        }
    }
    let mut ids = HashSet::new();
    groups(place, document, "groups", &mut ids, at);
}

fn list(place: &mut Place<'_>, owner: &Map<String, Value>, member: &str, ids: &mut HashSet<String>, at: &At<'_>) {
    let mut names = HashSet::new();
    let at = at.member(member);
    for (index, role) in objects(owner, member).enumerate() {
        let at = at.item(index);
        place.unique_name(role, "name", &mut names, &at);
        place.unique_id(role, "id", ids, &at);
        if let Some(Value::Object(composites)) = role.get("composites") {
            let at = at.member("composites");
            place.realm_roles(composites, "realm", &at);
            place.client_roles(composites, "client", &at);
        }
    }
}

fn groups(place: &mut Place<'_>, owner: &Map<String, Value>, member: &str, ids: &mut HashSet<String>, at: &At<'_>) {
    let mut names = HashSet::new();
    let at = at.member(member);
    for (index, group) in objects(owner, member).enumerate() {
        let at = at.item(index);
        place.unique_name(group, "name", &mut names, &at);
        place.unique_id(group, "id", ids, &at);
        place.realm_roles(group, "realmRoles", &at);
        place.client_roles(group, "clientRoles", &at);
        for (client, _) in members(group, "clientRoles") {
            if !place.names.clients.contains(client) {
                place.fault(&at.member("clientRoles").member(client), format!("there is no client {}", quoted(client)));
            }
        }
        groups(place, group, "subGroups", ids, &at);
    }
}
