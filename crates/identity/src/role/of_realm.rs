//! A realm's roles in the order of their names, and what they bring.

use crate::{ClientId, Realm, RoleId};

impl Realm {
    /// The realm's own roles, in the order of their names.
    #[must_use]
    pub fn realm_roles(&self) -> Vec<&RoleId> {
        self.in_order(self.roles.of_realm())
    }

    /// The roles of a client, in the order of their names.
    #[must_use]
    pub fn client_roles(&self, client: &ClientId) -> Vec<&RoleId> {
        self.in_order(self.roles.of_client(client))
    }

    /// The client that a role belongs to; none for a realm role.
    #[must_use]
    pub fn client_of_role(&self, id: &RoleId) -> Option<&ClientId> {
        self.roles.name(id).and_then(|(client, _)| client)
    }

    /// The roles that a role brings directly.
    pub fn children_of_role(&self, id: &RoleId) -> &[RoleId] {
        self.roles.children(id)
    }

    fn in_order<'r>(&self, roles: impl Iterator<Item = &'r RoleId>) -> Vec<&'r RoleId> {
        let mut roles: Vec<&RoleId> = roles.collect();
        roles.sort_by(|a, b| self.roles.name(a).cmp(&self.roles.name(b)).then_with(|| a.cmp(b)));
        roles
    }
}
