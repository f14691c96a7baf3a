//! Adds what every Keycloak realm has and a file may lack: default role, built-in clients, client scopes, flows.
//!
//! A full export has all of it, so nothing is added to one; a small file written by hand becomes a whole realm, as it
//! does in Keycloak.

use std::collections::HashSet;

use crypto::random::{Random, uuid};
use serde_json::{Map, Value, json};

use super::check::names::{objects, text, texts};
use super::check::protocol;
use crate::realm::defaults::{MASTER, REALM_MANAGEMENT, default_role as default_role_name, settings, template};

/// The client of a person's own pages.
const ACCOUNT: &str = "account";

/// Adds what is missing and says what was added, one phrase per noun.
pub(crate) fn top_up(document: &mut Map<String, Value>, name: &str) -> Vec<String> {
    let mut template = template(name).unwrap_or_default();
    let mut added = Vec::new();
    let own_scopes = document.contains_key("clientScopes");
    if !own_scopes {
        for member in ["clientScopes", "defaultDefaultClientScopes", "defaultOptionalClientScopes"] {
            if let (false, Some(value)) = (document.contains_key(member), template.remove(member)) {
                document.insert(member.to_owned(), value);
            }
        }
        add_mappings(document, &mut template, "scopeMappings");
        added.push("built-in client scopes".to_owned());
    }
    clients(document, &mut template, name, own_scopes, &mut added);
    default_role(document, &mut template, name, &mut added);
    for role in ["offline_access", "uma_authorization"] {
        add_realm_role(document, &template, role, &mut added);
    }
    flows(document, &mut template, &mut added);
    components(document, &mut template, &mut added);
    client_scopes_of_clients(document);
    added
}

/// The list of a member, made when absent.
fn list<'d>(document: &'d mut Map<String, Value>, member: &str) -> Option<&'d mut Vec<Value>> {
    document.entry(member).or_insert_with(|| json!([])).as_array_mut()
}

fn object<'d>(document: &'d mut Map<String, Value>, member: &str) -> Option<&'d mut Map<String, Value>> {
    document.entry(member).or_insert_with(|| json!({})).as_object_mut()
}

fn names_of(document: &Map<String, Value>, member: &str, name: &str) -> HashSet<String> {
    objects(document, member).filter_map(|one| text(one, name)).map(str::to_owned).collect()
}

fn add_mappings(document: &mut Map<String, Value>, template: &mut Map<String, Value>, member: &str) {
    if let (Some(Value::Array(more)), Some(list)) = (template.remove(member), list(document, member)) {
        let news: Vec<Value> = more.into_iter().filter(|one| !list.contains(one)).collect();
        list.extend(news);
    }
}

fn clients(
    document: &mut Map<String, Value>,
    template: &mut Map<String, Value>,
    realm: &str,
    own_scopes: bool,
    added: &mut Vec<String>,
) {
    let present = names_of(document, "clients", "clientId");
    let Some(Value::Array(built_in)) = template.remove("clients") else { return };
    let mut new = Vec::new();
    for client in built_in {
        let Value::Object(mut client) = client else { continue };
        let Some(id) = text(&client, "clientId").map(str::to_owned) else { continue };
        if present.contains(&id) || (id == REALM_MANAGEMENT && realm == MASTER) {
            continue;
        }
        if own_scopes {
            // The file's own scopes decide, through the realm's defaults.
            client.shift_remove("defaultClientScopes");
            client.shift_remove("optionalClientScopes");
        }
        added.push(format!("client {id}"));
        new.push((id, Value::Object(client)));
    }
    for (id, _) in &new {
        add_client_roles(document, id, client_roles(template, id));
    }
    if new.iter().any(|(id, _)| id == "account-console") {
        let mappings = template.get_mut("clientScopeMappings").and_then(|all| all.get_mut("account")).map(Value::take);
        if let (Some(Value::Array(mappings)), Some(all)) = (mappings, object(document, "clientScopeMappings"))
            && let Some(list) = list(all, "account")
        {
            list.extend(mappings);
        }
    }
    if let Some(clients) = list(document, "clients") {
        clients.extend(new.into_iter().map(|(_, client)| client));
    }
}

fn client_roles(template: &Map<String, Value>, client: &str) -> Vec<Value> {
    let roles = template.get("roles").and_then(|roles| roles.get("client")).and_then(|all| all.get(client));
    roles.and_then(Value::as_array).cloned().unwrap_or_default()
}

fn add_client_roles(document: &mut Map<String, Value>, client: &str, built_in: Vec<Value>) {
    let Some(roles) = object(document, "roles") else { return };
    let Some(clients) = object(roles, "client") else { return };
    let present = names_of(clients, client, "name");
    if let Some(list) = list(clients, client) {
        list.extend(built_in.into_iter().filter(|role| {
            role.as_object().and_then(|role| text(role, "name")).is_some_and(|name| !present.contains(name))
        }));
    }
}

fn add_realm_role(
    document: &mut Map<String, Value>,
    template: &Map<String, Value>,
    name: &str,
    added: &mut Vec<String>,
) {
    let Some(Value::Object(built_in)) = template.get("roles") else { return };
    let found = objects(built_in, "realm").find(|role| text(role, "name") == Some(name));
    let Some(role) = found.cloned() else { return };
    let Some(roles) = object(document, "roles") else { return };
    if names_of(roles, "realm", "name").contains(name) {
        return;
    }
    if let Some(list) = list(roles, "realm") {
        list.push(Value::Object(role));
        added.push(format!("role {name}"));
    }
}

/// The role that every user gets. Files of Keycloak before version 13 name its parts in `defaultRoles`, of the realm
/// and of clients.
fn default_role(
    document: &mut Map<String, Value>,
    template: &mut Map<String, Value>,
    realm: &str,
    added: &mut Vec<String>,
) {
    let built_in = default_role_name(realm);
    let name = match document.get("defaultRole").and_then(Value::as_object).and_then(|role| text(role, "name")) {
        Some(name) => name.to_owned(),
        None => built_in.clone(),
    };
    let mut role = match template.get("roles").and_then(Value::as_object) {
        Some(roles) => {
            objects(roles, "realm").find(|role| text(role, "name") == Some(&built_in)).cloned().unwrap_or_default()
        }
        None => Map::new(),
    };
    role.insert("name".to_owned(), json!(name));
    add_old_default_roles(document, &mut role);
    if !document.contains_key("defaultRole") {
        document.insert("defaultRole".to_owned(), json!({"name": name, "composite": true, "clientRole": false}));
    }
    let Some(roles) = object(document, "roles") else { return };
    if names_of(roles, "realm", "name").contains(&name) {
        return;
    }
    let parts: Vec<String> = match role.get("composites").and_then(|all| all.get("client")) {
        Some(Value::Object(clients)) => texts(clients, ACCOUNT).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    if let Some(list) = list(roles, "realm") {
        list.push(Value::Object(role));
        added.push(format!("role {name}"));
    }
    // The file's own client `account` may lack what the new default role is made of.
    let mut needed = client_roles(template, ACCOUNT);
    needed.retain(|role| parts.iter().any(|part| role.get("name").is_some_and(|name| name == part.as_str())));
    add_client_roles(document, ACCOUNT, needed);
}

fn add_old_default_roles(document: &Map<String, Value>, role: &mut Map<String, Value>) {
    let Some(composites) = object(role, "composites") else { return };
    let add = |composites: &mut Map<String, Value>, member: &str, names: Vec<String>| {
        if names.is_empty() {
            return;
        }
        if let Some(list) = list(composites, member) {
            for name in names {
                if !list.iter().any(|one| one == name.as_str()) {
                    list.push(Value::String(name));
                }
            }
        }
    };
    add(composites, "realm", texts(document, "defaultRoles").map(str::to_owned).collect());
    let Some(by_client) = object(composites, "client") else { return };
    for client in objects(document, "clients") {
        if let Some(id) = text(client, "clientId") {
            add(by_client, id, texts(client, "defaultRoles").map(str::to_owned).collect());
        }
    }
}

fn flows(document: &mut Map<String, Value>, template: &mut Map<String, Value>, added: &mut Vec<String>) {
    // Those of the house itself and of its protocols alike: the template has them all.
    let is_binding = |(member, value): &(&String, &Value)| member.ends_with("Flow") && value.is_string();
    let bindings: Vec<String> = template.iter().filter(is_binding).map(|(member, _)| member.clone()).collect();
    if document.contains_key("authenticationFlows") {
        let present = names_of(document, "authenticationFlows", "alias");
        let wanted = bindings.iter().filter_map(|member| text(document, member).or_else(|| text(template, member)));
        if wanted.filter(|alias| !alias.is_empty()).all(|alias| present.contains(alias)) {
            return;
        }
    }
    for (member, name) in [("authenticationFlows", "alias"), ("authenticatorConfig", "alias")] {
        let present = names_of(document, member, name);
        let Some(Value::Array(more)) = template.remove(member) else { continue };
        if let Some(list) = list(document, member) {
            list.extend(more.into_iter().filter(|one| {
                one.as_object().and_then(|one| text(one, name)).is_some_and(|alias| !present.contains(alias))
            }));
        }
    }
    added.push("built-in authentication flows".to_owned());
    for member in bindings {
        if let (false, Some(alias)) = (document.contains_key(&member), template.remove(&member)) {
            document.insert(member, alias);
        }
    }
    if let (false, Some(actions)) = (document.contains_key("requiredActions"), template.remove("requiredActions")) {
        document.insert("requiredActions".to_owned(), actions);
    }
}

fn components(document: &mut Map<String, Value>, template: &mut Map<String, Value>, added: &mut Vec<String>) {
    let Some(Value::Object(built_in)) = template.remove("components") else { return };
    let Some(components) = object(document, "components") else { return };
    for (kind, list) in built_in {
        if !components.contains_key(&kind) {
            components.insert(kind, list);
            added.push("client registration policies".to_owned());
        }
    }
}

/// A client that says nothing of client scopes gets the realm's defaults of its own protocol.
fn client_scopes_of_clients(document: &mut Map<String, Value>) {
    let protocols: Vec<(String, String)> = objects(document, "clientScopes")
        .filter_map(|scope| Some((text(scope, "name")?.to_owned(), protocol(scope).to_owned())))
        .collect();
    let of_protocol = |member: &str, wanted: &str, document: &Map<String, Value>| -> Vec<String> {
        let suits = |name: &&str| protocols.iter().any(|(scope, protocol)| scope == name && protocol == wanted);
        texts(document, member).filter(suits).map(str::to_owned).collect()
    };
    let mut clients = document.get_mut("clients").map(Value::take);
    for client in clients.as_mut().and_then(Value::as_array_mut).into_iter().flatten() {
        let Value::Object(client) = client else { continue };
        if client.contains_key("defaultClientScopes") || client.contains_key("optionalClientScopes") {
            continue;
        }
        let wanted = protocol(client).to_owned();
        let mut default = of_protocol("defaultDefaultClientScopes", &wanted, document);
        let has_account = client.get("serviceAccountsEnabled") == Some(&Value::Bool(true));
        let service_account = protocols.iter().any(|(name, protocol)| name == "service_account" && *protocol == wanted);
        if has_account && service_account {
            default.push("service_account".to_owned());
        }
        let taken: HashSet<&str> = default.iter().map(String::as_str).collect();
        let mut optional = of_protocol("defaultOptionalClientScopes", &wanted, document);
        optional.retain(|name| !taken.contains(name.as_str()));
        client.insert("defaultClientScopes".to_owned(), json!(default));
        client.insert("optionalClientScopes".to_owned(), json!(optional));
    }
    if let Some(clients) = clients {
        document.insert("clients".to_owned(), clients);
    }
}

/// The mappers of the client scopes that every new realm has.
#[must_use]
pub fn built_in_mappers() -> Vec<Value> {
    let template = template("").unwrap_or_default();
    let scopes = objects(&template, "clientScopes");
    scopes.flat_map(|scope| objects(scope, "protocolMappers")).cloned().map(Value::Object).collect()
}

/// A realm's document with the settings of a new realm wherever it says nothing.
#[must_use]
pub fn with_default_settings(mut document: Map<String, Value>, name: &str) -> Map<String, Value> {
    for (member, value) in settings(name).unwrap_or_default() {
        match (document.get_mut(&member), value) {
            (Some(Value::Object(given)), Value::Object(built_in)) if member == "attributes" => {
                for (name, value) in built_in {
                    given.entry(name).or_insert(value);
                }
            }
            (Some(Value::Null) | None, value) => {
                document.insert(member, value);
            }
            (Some(_), _) => {}
        }
    }
    document
}

/// Flows with their executions and configurations, components and identity providers keep their ids in the document; new ones
/// get one.
pub fn give_ids(document: &mut Map<String, Value>, random: &dyn Random) {
    let fresh = || Value::String(uuid(random).to_string());
    for (member, id) in [
        ("authenticationFlows", "id"),
        ("authenticatorConfig", "id"),
        ("identityProviders", "internalId"),
        ("identityProviderMappers", "id"),
    ] {
        for item in document.get_mut(member).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Value::Object(item) = item {
                item.entry(id).or_insert_with(fresh);
            }
        }
    }
    for flow in document.get_mut("authenticationFlows").and_then(Value::as_array_mut).into_iter().flatten() {
        let executions = flow.get_mut("authenticationExecutions").and_then(Value::as_array_mut);
        for execution in executions.into_iter().flatten().filter_map(Value::as_object_mut) {
            execution.entry("id").or_insert_with(fresh);
        }
    }
    let kinds = document.get_mut("components").and_then(Value::as_object_mut);
    for list in kinds.into_iter().flat_map(|kinds| kinds.values_mut()).filter_map(Value::as_array_mut) {
        for item in list.iter_mut().filter_map(Value::as_object_mut) {
            item.entry("id").or_insert_with(fresh);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_file_becomes_a_whole_realm() {
        let mut document = json!({"realm": "Quay", "clients": [
            {"clientId": "web", "serviceAccountsEnabled": true},
            {"clientId": "registry", "protocol": "docker-v2"},
        ]});
        let members = document.as_object_mut().unwrap();
        let added = top_up(members, "Quay");
        assert!(added.iter().any(|one| one == "client realm-management"), "{added:?}");
        assert!(names_of(members, "clients", "clientId").contains("account-console"));
        let roles = members["roles"].as_object().unwrap();
        assert!(names_of(roles, "realm", "name").contains("default-roles-quay"));
        let clients = members["clients"].as_array().unwrap();
        let default: Vec<&str> = texts(clients[0].as_object().unwrap(), "defaultClientScopes").collect();
        assert!(default.contains(&"basic") && default.contains(&"service_account") && !default.contains(&"role_list"));
        assert_eq!(clients[1]["defaultClientScopes"], json!([]));
        assert_eq!(members["browserFlow"], "browser");
        assert_eq!(members["dockerAuthenticationFlow"], "docker auth");
        assert!(members["clients"].to_string().contains("/realms/Quay/account/"));
    }

    #[test]
    fn what_is_there_stays_as_it_is() {
        let mut document = template("x").unwrap();
        let before = Value::Object(document.clone());
        let added = top_up(&mut document, "x");
        assert!(added.is_empty(), "{added:?}");
        assert_eq!(Value::Object(document), before);
    }
}
