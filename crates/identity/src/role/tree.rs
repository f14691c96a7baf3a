//! A realm's roles in memory.

use std::collections::{HashMap, HashSet};

use super::{composite, entity};
use crate::{ClientId, RoleId};

/// Roles by row and by name, and what each brings.
#[derive(Default)]
pub(crate) struct RoleTree {
    by_id: HashMap<RoleId, Named>,
    of_realm: HashMap<String, RoleId>,
    of_clients: HashMap<ClientId, HashMap<String, RoleId>>,
    children: HashMap<RoleId, Vec<RoleId>>,
}

struct Named {
    client: Option<ClientId>,
    name: String,
}

impl RoleTree {
    pub(crate) fn new(roles: Vec<entity::Model>, composites: Vec<composite::Model>) -> Self {
        let mut tree = Self::default();
        for role in roles {
            let id = RoleId::from(role.id);
            let client = role.client_id.map(ClientId::from);
            match &client {
                Some(client) => {
                    tree.of_clients.entry(client.clone()).or_default().insert(role.name.clone(), id.clone());
                }
                None => {
                    tree.of_realm.insert(role.name.clone(), id.clone());
                }
            }
            tree.by_id.insert(id, Named { client, name: role.name });
        }
        for composite in composites {
            tree.children.entry(composite.parent_id.into()).or_default().push(composite.child_id.into());
        }
        tree
    }

    pub(crate) fn realm_role(&self, name: &str) -> Option<&RoleId> {
        self.of_realm.get(name)
    }

    pub(crate) fn client_role(&self, client: &ClientId, name: &str) -> Option<&RoleId> {
        self.of_clients.get(client)?.get(name)
    }

    pub(crate) fn of_client(&self, client: &ClientId) -> impl Iterator<Item = &RoleId> {
        self.of_clients.get(client).into_iter().flat_map(HashMap::values)
    }

    pub(crate) fn of_realm(&self) -> impl Iterator<Item = &RoleId> {
        self.of_realm.values()
    }

    /// What a role brings directly.
    pub(crate) fn children(&self, id: &RoleId) -> &[RoleId] {
        self.children.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn name(&self, id: &RoleId) -> Option<(Option<&ClientId>, &str)> {
        let role = self.by_id.get(id)?;
        Some((role.client.as_ref(), &role.name))
    }

    /// Adds a role and everything it brings. Composites may run in circles.
    pub(crate) fn close_over(&self, role: &RoleId, into: &mut HashSet<RoleId>) {
        let mut open = vec![role];
        while let Some(role) = open.pop() {
            if self.by_id.contains_key(role) && into.insert(role.clone()) {
                open.extend(self.children.get(role).into_iter().flatten());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(id: &str) -> entity::Model {
        entity::Model {
            id: id.to_owned(),
            realm_id: "r".to_owned(),
            client_id: None,
            name: format!("name-{id}"),
            document: "{}".to_owned(),
            position: 0,
        }
    }

    fn brings(parent: &str, child: &str) -> composite::Model {
        composite::Model { parent_id: parent.to_owned(), child_id: child.to_owned(), position: 0 }
    }

    #[test]
    fn the_closure_ends_in_a_circle_and_leaves_out_what_is_not_reached() {
        let tree = RoleTree::new(
            ["a", "b", "c", "d"].map(role).to_vec(),
            vec![brings("a", "b"), brings("b", "c"), brings("c", "a"), brings("d", "a")],
        );
        let mut roles = HashSet::new();
        tree.close_over(&"a".into(), &mut roles);
        assert_eq!(roles, HashSet::from(["a".into(), "b".into(), "c".into()]));
    }

    #[test]
    fn a_role_that_is_gone_brings_nothing() {
        let tree = RoleTree::new(vec![role("a")], vec![brings("gone", "a")]);
        let mut roles = HashSet::new();
        tree.close_over(&"gone".into(), &mut roles);
        assert!(roles.is_empty());
    }
}
