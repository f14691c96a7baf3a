//! Checks of clients, client scopes and their protocol mappers.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::names::{members, objects, text, texts};
use super::place::Place;
use super::realm::client_scopes;
use crate::Mapper;
use crate::realm_file::fault::{At, Faults, quoted};
use crate::realm_file::{ClientBirth, RealmFile};

pub(super) fn check(place: &mut Place<'_>, document: &Map<String, Value>, at: &At<'_>) {
    let mut mapper_ids = HashSet::new();
    let mut names = HashSet::new();
    let mut ids = HashSet::new();
    let list = at.member("clients");
    for (index, client) in objects(document, "clients").enumerate() {
        let at = list.item(index);
        place.unique_name(client, "clientId", &mut names, &at);
        place.unique_id(client, "id", &mut ids, &at);
        mappers(place, client, &mut mapper_ids, &at);
        scopes_of_client(place, client, &at);
        flow_overrides(place, client, &at);
        if client.get("protocol").is_some() {
            place.name(client, "protocol", &at);
        }
    }
    let mut names = HashSet::new();
    let mut ids = HashSet::new();
    let list = at.member("clientScopes");
    for (index, scope) in objects(document, "clientScopes").enumerate() {
        let at = list.item(index);
        if let Some(name) = place.unique_name(scope, "name", &mut names, &at)
            && name.contains(char::is_whitespace)
        {
            place.fault(&at.member("name"), "must not hold a space");
        }
        place.unique_id(scope, "id", &mut ids, &at);
        mappers(place, scope, &mut mapper_ids, &at);
    }
}

fn mappers(place: &mut Place<'_>, owner: &Map<String, Value>, ids: &mut HashSet<String>, at: &At<'_>) {
    let mut names = HashSet::new();
    let list = at.member("protocolMappers");
    for (index, mapper) in objects(owner, "protocolMappers").enumerate() {
        let at = list.item(index);
        place.unique_name(mapper, "name", &mut names, &at);
        place.unique_id(mapper, "id", ids, &at);
        place.name(mapper, "protocolMapper", &at);
    }
}

fn scopes_of_client(place: &mut Place<'_>, client: &Map<String, Value>, at: &At<'_>) {
    let default: HashSet<&str> = texts(client, "defaultClientScopes").collect();
    for member in ["defaultClientScopes", "optionalClientScopes"] {
        place.distinct(client, member, at);
        client_scopes(place, client, member, at);
    }
    let optional = at.member("optionalClientScopes");
    for (index, name) in texts(client, "optionalClientScopes").enumerate() {
        if default.contains(name) {
            place.fault(&optional.item(index), format!("{} is a default client scope, too", quoted(name)));
        }
    }
}

/// Keycloak writes the flow's id here; files written by hand have its alias.
fn flow_overrides(place: &mut Place<'_>, client: &Map<String, Value>, at: &At<'_>) {
    let here = at.member("authenticationFlowBindingOverrides");
    for (name, flow) in members(client, "authenticationFlowBindingOverrides") {
        let flow = flow.as_str().unwrap_or_default();
        if !flow.is_empty() && !place.names.flow_ids.contains(flow) && !place.names.flows.contains(flow) {
            place.fault(&here.member(name), format!("there is no flow {}", quoted(flow)));
        }
    }
}

/// The attributes of a client, as plugins ask for them.
pub(super) fn attributes(client: &Map<String, Value>) -> std::collections::BTreeMap<String, String> {
    members(client, "attributes").filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}

/// The protocol of a client; Keycloak's default is OpenID Connect.
pub(crate) fn protocol(client: &Map<String, Value>) -> &str {
    text(client, "protocol").unwrap_or("openid-connect")
}

/// Asks the plugin of each client's protocol about its settings.
pub(super) fn check_with_plugins(realm: &RealmFile, births: &dyn ClientBirth, faults: &mut Faults) {
    let root = At::Root;
    let element = root.item(realm.element.unwrap_or_default());
    let base = if realm.element.is_some() { element } else { root };
    let list = base.member("clients");
    for (index, client) in objects(&realm.document, "clients").enumerate() {
        let protocol = protocol(client);
        if !births.knows_protocol(protocol) {
            continue;
        }
        let mappers: Vec<Mapper> = objects(client, "protocolMappers").map(|one| mapper(one, protocol)).collect();
        for fault in births.check_client(protocol, &attributes(client), &mappers) {
            let at = list.item(index);
            faults.add(&realm.file, &at.member("attributes").member(&fault.field), fault.reason);
        }
    }
}

fn mapper(one: &Map<String, Value>, protocol: &str) -> Mapper {
    Mapper {
        id: text(one, "id").unwrap_or_default().into(),
        name: text(one, "name").unwrap_or_default().to_owned(),
        protocol: text(one, "protocol").unwrap_or(protocol).to_owned(),
        mapper: text(one, "protocolMapper").unwrap_or_default().to_owned(),
        config: members(one, "config").filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect(),
    }
}
