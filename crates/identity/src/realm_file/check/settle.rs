//! Brings a whole realm document to its types, noun by noun.

use std::path::Path;

use serde_json::{Map, Value};

use super::shape::{self, Shape, settle};
use crate::realm_file::fault::{At, Faults};

/// Settles the realm and every noun in it.
pub(super) fn realm(document: &mut Map<String, Value>, file: &Path, at: &At<'_>, faults: &mut Faults) {
    settle(document, shape::REALM, file, at, faults);
    // Keycloak takes this word in any case; what is kept is its own way to write it.
    if let Some(Value::String(word)) = document.get_mut("sslRequired") {
        *word = word.to_ascii_lowercase();
    }
    let mut list = |document: &mut Map<String, Value>, member: &str, shape: Shape, inner: Inner| {
        each(document, member, shape, inner, file, at, faults);
    };
    list(document, "clients", shape::CLIENT, mappers);
    list(document, "clientScopes", shape::CLIENT_SCOPE, mappers);
    list(document, "groups", shape::GROUP, groups);
    list(document, "identityProviders", shape::IDENTITY_PROVIDER, nothing);
    list(document, "identityProviderMappers", shape::IDENTITY_PROVIDER_MAPPER, nothing);
    list(document, "authenticationFlows", shape::FLOW, executions);
    list(document, "authenticatorConfig", shape::AUTHENTICATOR_CONFIG, nothing);
    list(document, "requiredActions", shape::REQUIRED_ACTION, nothing);
    roles(document, file, at, faults);
    components(document, file, at, faults);
    if let Some(Value::Object(role)) = document.get_mut("defaultRole") {
        settle(role, shape::ROLE, file, &at.member("defaultRole"), faults);
    }
    for member in ["scopeMappings", "clientScopeMappings"] {
        let at = at.member(member);
        match document.get_mut(member) {
            Some(Value::Array(all)) => scope_mappings(all, file, &at, faults),
            Some(Value::Object(clients)) => {
                for (client, all) in clients {
                    if let Value::Array(all) = all {
                        scope_mappings(all, file, &at.member(client), faults);
                    }
                }
            }
            _ => {}
        }
    }
}

const SCOPE_MAPPING: Shape =
    &[(shape::Kind::Text, "client clientScope self clientTemplate"), (shape::Kind::Texts, "roles")];

const ROLES: Shape = &[(shape::Kind::Objects, "realm"), (shape::Kind::ObjectsMap, "client application")];

const COMPOSITES: Shape = &[(shape::Kind::Texts, "realm"), (shape::Kind::TextsMap, "client application")];

/// What else to settle inside an item of a list.
type Inner = fn(&mut Map<String, Value>, &Path, &At<'_>, &mut Faults);

fn nothing(_: &mut Map<String, Value>, _: &Path, _: &At<'_>, _: &mut Faults) {}

fn mappers(owner: &mut Map<String, Value>, file: &Path, at: &At<'_>, faults: &mut Faults) {
    each(owner, "protocolMappers", shape::MAPPER, nothing, file, at, faults);
}

fn groups(group: &mut Map<String, Value>, file: &Path, at: &At<'_>, faults: &mut Faults) {
    // No deeper than the parser's own depth limit.
    each(group, "subGroups", shape::GROUP, groups, file, at, faults);
}

fn executions(flow: &mut Map<String, Value>, file: &Path, at: &At<'_>, faults: &mut Faults) {
    each(flow, "authenticationExecutions", shape::EXECUTION, nothing, file, at, faults);
}

fn each(
    object: &mut Map<String, Value>,
    member: &str,
    shape: Shape,
    inner: Inner,
    file: &Path,
    at: &At<'_>,
    faults: &mut Faults,
) {
    let Some(Value::Array(items)) = object.get_mut(member) else { return };
    let at = at.member(member);
    for (index, item) in items.iter_mut().enumerate() {
        if let Value::Object(item) = item {
            let at = at.item(index);
            settle(item, shape, file, &at, faults);
            inner(item, file, &at, faults);
        }
    }
}

fn roles(document: &mut Map<String, Value>, file: &Path, at: &At<'_>, faults: &mut Faults) {
    let Some(Value::Object(roles)) = document.get_mut("roles") else { return };
    let at = at.member("roles");
    settle(roles, ROLES, file, &at, faults);
    each(roles, "realm", shape::ROLE, composites, file, &at, faults);
    if let Some(Value::Object(clients)) = roles.get_mut("client") {
        let at = at.member("client");
        let names: Vec<String> = clients.keys().cloned().collect();
        for name in names {
            each(clients, &name, shape::ROLE, composites, file, &at, faults);
        }
    }
}

fn composites(role: &mut Map<String, Value>, file: &Path, at: &At<'_>, faults: &mut Faults) {
    if let Some(Value::Object(composites)) = role.get_mut("composites") {
        settle(composites, COMPOSITES, file, &at.member("composites"), faults);
    }
}

fn components(owner: &mut Map<String, Value>, file: &Path, at: &At<'_>, faults: &mut Faults) {
    inner_components(owner, "components", file, at, faults);
}

fn sub_components(component: &mut Map<String, Value>, file: &Path, at: &At<'_>, faults: &mut Faults) {
    inner_components(component, "subComponents", file, at, faults);
}

fn inner_components(owner: &mut Map<String, Value>, member: &str, file: &Path, at: &At<'_>, faults: &mut Faults) {
    let Some(Value::Object(kinds)) = owner.get_mut(member) else { return };
    let at = at.member(member);
    let names: Vec<String> = kinds.keys().cloned().collect();
    for name in names {
        each(kinds, &name, shape::COMPONENT, sub_components, file, &at, faults);
    }
}

fn scope_mappings(all: &mut [Value], file: &Path, at: &At<'_>, faults: &mut Faults) {
    for (index, one) in all.iter_mut().enumerate() {
        if let Value::Object(one) = one {
            settle(one, SCOPE_MAPPING, file, &at.item(index), faults);
        }
    }
}
