//! What a realm document defines, by name, so that every reference can be looked up.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

/// The names that references of a realm file may use.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) clients: HashSet<String>,
    pub(crate) client_scopes: HashSet<String>,
    pub(crate) realm_roles: HashSet<String>,
    pub(crate) client_roles: HashMap<String, HashSet<String>>,
    pub(crate) groups: HashSet<String>,
    pub(crate) flows: HashSet<String>,
    pub(crate) flow_ids: HashSet<String>,
    pub(crate) authenticator_configs: HashSet<String>,
    pub(crate) identity_providers: HashSet<String>,
}

impl Names {
    pub(crate) fn of(document: &Map<String, Value>) -> Names {
        let mut names = Names {
            clients: texts_of(document, "clients", "clientId"),
            client_scopes: texts_of(document, "clientScopes", "name"),
            flows: texts_of(document, "authenticationFlows", "alias"),
            flow_ids: texts_of(document, "authenticationFlows", "id"),
            authenticator_configs: texts_of(document, "authenticatorConfig", "alias"),
            identity_providers: texts_of(document, "identityProviders", "alias"),
            ..Names::default()
        };
        if let Some(Value::Object(roles)) = document.get("roles") {
            names.realm_roles = texts_of(roles, "realm", "name");
            if let Some(Value::Object(clients)) = roles.get("client") {
                for client in clients.keys() {
                    names.client_roles.insert(client.clone(), texts_of(clients, client, "name"));
                }
            }
        }
        for group in objects(document, "groups") {
            add_groups(group, "", &mut names.groups);
        }
        names
    }

    pub(crate) fn has_client_role(&self, client: &str, role: &str) -> bool {
        self.client_roles.get(client).is_some_and(|roles| roles.contains(role))
    }
}

/// The path of a group below `parent`; a `/` inside a name is written `~/`, as Keycloak does when told to.
pub(crate) fn group_path(parent: &str, name: &str) -> String {
    format!("{parent}/{}", name.replace('/', "~/"))
}

fn add_groups(group: &Map<String, Value>, parent: &str, paths: &mut HashSet<String>) {
    let Some(name) = text(group, "name") else { return };
    let path = group_path(parent, name);
    if name.contains('/') {
        // Without the option the name stands in the path as it is.
        paths.insert(format!("{parent}/{name}"));
    }
    for child in objects(group, "subGroups") {
        add_groups(child, &path, paths);
    }
    paths.insert(path);
}

/// A member that is text.
pub(crate) fn text<'d>(object: &'d Map<String, Value>, member: &str) -> Option<&'d str> {
    object.get(member).and_then(Value::as_str)
}

/// The objects of a member that is a list; nothing when it is absent or not a list.
pub(crate) fn objects<'d>(
    object: &'d Map<String, Value>,
    member: &str,
) -> impl Iterator<Item = &'d Map<String, Value>> + use<'d> {
    object.get(member).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

/// The texts of a member that is a list of them.
pub(crate) fn texts<'d>(object: &'d Map<String, Value>, member: &str) -> impl Iterator<Item = &'d str> + use<'d> {
    object.get(member).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The members of a member that is an object.
pub(crate) fn members<'d>(
    object: &'d Map<String, Value>,
    member: &str,
) -> impl Iterator<Item = (&'d String, &'d Value)> + use<'d> {
    object.get(member).and_then(Value::as_object).into_iter().flatten()
}

fn texts_of(object: &Map<String, Value>, list: &str, member: &str) -> HashSet<String> {
    objects(object, list).filter_map(|one| text(one, member)).map(str::to_owned).collect()
}
