//! Checks of the realm itself: its name, its policies, what it refers to.

use serde_json::{Map, Value};

use super::names::{members, objects, text, texts};
use super::place::Place;
use crate::policy::PasswordPolicy;
use crate::realm::{RealmSettings, check_name};
use crate::realm_file::fault::{At, quoted};

/// Characters that a realm's name may not hold, because it is a segment of every URL; Keycloak's own list.
const RESERVED: &str = "[:/?#@!$&()*+,;=]\\";

/// Members that name a flow; those of a protocol are its plugin's.
const FLOW_BINDINGS: [&str; 6] = [
    "browserFlow",
    "registrationFlow",
    "directGrantFlow",
    "resetCredentialsFlow",
    "clientAuthenticationFlow",
    "firstBrokerLoginFlow",
];

/// Members that are no settings, and large.
const NOUNS: [&str; 7] =
    ["clients", "clientScopes", "roles", "groups", "authenticationFlows", "components", "federatedUsers"];

pub(super) fn check(place: &mut Place<'_>, document: &Map<String, Value>, at: &At<'_>) {
    if let Some(name) = place.name(document, "realm", at) {
        if name.contains(|c: char| RESERVED.contains(c)) {
            place.fault(&at.member("realm"), "must not hold one of [:/?#@!$&()*+,;=]\\");
        } else if let Err(error) = check_name(name) {
            place.fault(&at.member("realm"), error.to_string());
        }
    }
    one_of(place, document, "sslRequired", &["all", "external", "none"], at);
    one_of(place, document, "otpPolicyType", &["totp", "hotp"], at);
    if let Some(policy) = text(document, "passwordPolicy")
        && let Err(error) = PasswordPolicy::parse(policy)
    {
        place.fault(&at.member("passwordPolicy"), format!("is no password policy: {error}"));
    }
    settings(place, document, at);
    for member in FLOW_BINDINGS {
        if let Some(alias) = text(document, member)
            && !alias.is_empty()
            && !place.names.flows.contains(alias)
        {
            place.fault(&at.member(member), format!("there is no flow {}", quoted(alias)));
        }
    }
    default_role(place, document, at);
    place.realm_roles(document, "defaultRoles", at);
    default_groups(place, document, at);
    default_scopes(place, document, at);
    scope_mappings(place, document, at);
}

/// A realm whose settings cannot be typed could never be loaded.
fn settings(place: &mut Place<'_>, document: &Map<String, Value>, at: &At<'_>) {
    let of_realm = document.iter().filter(|(member, _)| !NOUNS.contains(&member.as_str()));
    let of_realm = of_realm.map(|(member, value)| (member.clone(), value.clone())).collect();
    if let Err(reason) = RealmSettings::from_document(&Value::Object(of_realm)) {
        place.fault(at, format!("its settings cannot be used: {reason}"));
    }
}

fn one_of(place: &mut Place<'_>, document: &Map<String, Value>, member: &str, allowed: &[&str], at: &At<'_>) {
    if let Some(word) = text(document, member)
        && !allowed.iter().any(|one| one.eq_ignore_ascii_case(word))
    {
        place.fault(&at.member(member), format!("must be one of {}", allowed.join(", ")));
    }
}

fn default_role(place: &mut Place<'_>, document: &Map<String, Value>, at: &At<'_>) {
    let Some(Value::Object(role)) = document.get("defaultRole") else { return };
    let at = at.member("defaultRole");
    if let Some(name) = place.name(role, "name", &at)
        && !place.names.realm_roles.contains(name)
    {
        place.fault(&at.member("name"), format!("there is no realm role {}", quoted(name)));
    }
}

fn default_groups(place: &mut Place<'_>, document: &Map<String, Value>, at: &At<'_>) {
    let at = at.member("defaultGroups");
    for (index, path) in texts(document, "defaultGroups").enumerate() {
        if !place.names.groups.contains(path) {
            place.fault(&at.item(index), format!("there is no group {}", quoted(path)));
        }
    }
}

fn default_scopes(place: &mut Place<'_>, document: &Map<String, Value>, at: &At<'_>) {
    for member in ["defaultDefaultClientScopes", "defaultOptionalClientScopes"] {
        place.distinct(document, member, at);
        client_scopes(place, document, member, at);
    }
}

/// References to client scopes of the file.
pub(super) fn client_scopes(place: &mut Place<'_>, object: &Map<String, Value>, member: &str, at: &At<'_>) {
    let at = at.member(member);
    for (index, name) in texts(object, member).enumerate() {
        if !place.names.client_scopes.contains(name) {
            place.fault(&at.item(index), format!("there is no client scope {}", quoted(name)));
        }
    }
}

fn scope_mappings(place: &mut Place<'_>, document: &Map<String, Value>, at: &At<'_>) {
    let here = at.member("scopeMappings");
    for (index, mapping) in objects(document, "scopeMappings").enumerate() {
        let at = here.item(index);
        mapping_target(place, mapping, &at);
        place.realm_roles(mapping, "roles", &at);
    }
    let here = at.member("clientScopeMappings");
    for (client, mappings) in members(document, "clientScopeMappings") {
        let at = here.member(client);
        for (index, mapping) in mappings.as_array().into_iter().flatten().filter_map(Value::as_object).enumerate() {
            let at = at.item(index);
            mapping_target(place, mapping, &at);
            let roles = at.member("roles");
            for (index, role) in texts(mapping, "roles").enumerate() {
                if !place.names.has_client_role(client, role) {
                    let reason = format!("client {} has no role {}", quoted(client), quoted(role));
                    place.fault(&roles.item(index), reason);
                }
            }
        }
    }
}

/// Who a scope mapping is for: a client or a client scope.
fn mapping_target(place: &mut Place<'_>, mapping: &Map<String, Value>, at: &At<'_>) {
    match (text(mapping, "client"), text(mapping, "clientScope")) {
        (Some(client), None) => {
            if !place.names.clients.contains(client) {
                place.fault(&at.member("client"), format!("there is no client {}", quoted(client)));
            }
        }
        (None, Some(scope)) => {
            if !place.names.client_scopes.contains(scope) {
                place.fault(&at.member("clientScope"), format!("there is no client scope {}", quoted(scope)));
            }
        }
        // `clientTemplate` is the name that client scopes had before Keycloak 4.
        (None, None) if mapping.contains_key("clientTemplate") => {}
        _ => place.fault(at, "must name either a client or a client scope"),
    }
}
