//! Scope mappings: which roles a client or a client scope lets through. They stay in the realm's document, as a realm file
//! brings them; this is the typed view of them.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use crate::{ClientId, RoleId, role::RoleTree};

/// What a mapping is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Of {
    Client,
    Scope,
}

/// Roles by the name of what they are mapped to.
#[derive(Debug, Default)]
pub(crate) struct Mappings(BTreeMap<(Of, String), Vec<RoleId>>);

impl Mappings {
    /// Reads `scopeMappings` (roles of the realm) and `clientScopeMappings` (roles of the client that is the member's name).
    /// What names no role of this realm maps nothing.
    pub(crate) fn read(document: &Value, roles: &RoleTree, clients: &HashMap<&str, ClientId>) -> Self {
        let mut mappings = Self::default();
        mappings.add(document.get("scopeMappings"), |name| roles.realm_role(name));
        let of_clients = document.get("clientScopeMappings").and_then(Value::as_object);
        for (client, list) in of_clients.into_iter().flatten() {
            let Some(client) = clients.get(client.as_str()) else { continue };
            mappings.add(Some(list), |name| roles.client_role(client, name));
        }
        mappings
    }

    /// The roles mapped to the client or client scope of this name, each once.
    pub(crate) fn roles(&self, of: Of, name: &str) -> Vec<RoleId> {
        self.0.get(&(of, name.to_owned())).cloned().unwrap_or_default()
    }

    fn add<'r>(&mut self, list: Option<&Value>, role: impl Fn(&str) -> Option<&'r RoleId>) {
        for mapping in list.and_then(Value::as_array).into_iter().flatten() {
            let named = |member: &str| mapping.get(member).and_then(Value::as_str).map(str::to_owned);
            let key = match (named("client"), named("clientScope")) {
                (Some(client), _) => (Of::Client, client),
                (None, Some(scope)) => (Of::Scope, scope),
                (None, None) => continue,
            };
            let roles = mapping.get("roles").and_then(Value::as_array).into_iter().flatten();
            let mapped = self.0.entry(key).or_default();
            for role in roles.filter_map(Value::as_str).filter_map(&role) {
                if !mapped.contains(role) {
                    mapped.push(role.clone());
                }
            }
        }
    }
}

/// Every mapping in a realm's document, of roles of the realm and of clients.
pub(crate) fn each_mut(document: &mut Map<String, Value>, look: &mut dyn FnMut(&mut Map<String, Value>)) {
    let of_realm = document.get_mut("scopeMappings").and_then(Value::as_array_mut);
    of_realm.into_iter().flatten().filter_map(Value::as_object_mut).for_each(&mut *look);
    let of_clients = document.get_mut("clientScopeMappings").and_then(Value::as_object_mut);
    for list in of_clients.into_iter().flat_map(Map::values_mut).filter_map(Value::as_array_mut) {
        list.iter_mut().filter_map(Value::as_object_mut).for_each(&mut *look);
    }
}

/// A client has another `clientId` now: what is mapped to it follows, and so do mappings of its roles.
pub(crate) fn rename_client(document: &mut Map<String, Value>, from: &str, to: &str) {
    each_mut(document, &mut |mapping| {
        if mapping.get("client").and_then(Value::as_str) == Some(from) {
            mapping.insert("client".to_owned(), Value::from(to));
        }
    });
    if let Some(of_clients) = document.get_mut("clientScopeMappings").and_then(Value::as_object_mut)
        && let Some(list) = of_clients.shift_remove(from)
    {
        of_clients.insert(to.to_owned(), list);
    }
}

/// A client is gone: nothing stays mapped to it, nor do its roles, so that a namesake inherits nothing.
pub(crate) fn forget_client(document: &mut Map<String, Value>, client: &str) {
    let keep = |mapping: &Value| mapping.get("client").and_then(Value::as_str) != Some(client);
    if let Some(list) = document.get_mut("scopeMappings").and_then(Value::as_array_mut) {
        list.retain(keep);
    }
    if let Some(of_clients) = document.get_mut("clientScopeMappings").and_then(Value::as_object_mut) {
        of_clients.shift_remove(client);
        for list in of_clients.values_mut().filter_map(Value::as_array_mut) {
            list.retain(keep);
        }
        of_clients.retain(|_, list| list.as_array().is_none_or(|list| !list.is_empty()));
    }
}
