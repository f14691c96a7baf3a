//! Roles as a token tells them.

use std::borrow::Cow;
use std::collections::HashSet;

use identity::{Realm, RoleId};

use super::Text;

/// Names of roles, of the realm and of clients; each list sorted, so that tokens compare.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Roles<'a> {
    /// The realm's.
    pub realm: Vec<Text<'a>>,
    /// By client, in order of the clients' names.
    pub clients: Vec<(Text<'a>, Vec<Text<'a>>)>,
}

impl<'a> Roles<'a> {
    /// Those of `all` that the filter lets through; without a filter all.
    pub(crate) fn resolve(realm: &'a Realm, all: &HashSet<RoleId>, filter: Option<&HashSet<RoleId>>) -> Self {
        let mut roles = Self::default();
        for id in all.iter().filter(|id| filter.is_none_or(|filter| filter.contains(*id))) {
            match realm.role_name(id) {
                Some((None, name)) => roles.realm.push(Cow::Borrowed(name)),
                Some((Some(client), name)) => roles.of_client_mut(Cow::Borrowed(client)).push(Cow::Borrowed(name)),
                None => {}
            }
        }
        roles.realm.sort_unstable();
        roles.clients.iter_mut().for_each(|(_, names)| names.sort_unstable());
        roles
    }

    /// The roles of a client.
    #[cfg(test)]
    pub(crate) fn of_client(&self, client: &str) -> &[Text<'a>] {
        self.clients.iter().find(|(known, _)| known == client).map_or(&[], |(_, names)| names.as_slice())
    }

    /// The roles of a client, to be changed.
    pub(crate) fn of_client_mut(&mut self, client: Text<'a>) -> &mut Vec<Text<'a>> {
        let place = match self.clients.binary_search_by(|(known, _)| known.cmp(&client)) {
            Ok(place) => place,
            Err(place) => {
                self.clients.insert(place, (client, Vec::new()));
                place
            }
        };
        #[expect(clippy::indexing_slicing, reason = "the index is that of an element")]
        &mut self.clients[place].1
    }

    /// Adds a role that is not there yet; without a client one of the realm.
    pub(crate) fn add(&mut self, client: Option<&str>, role: &str) {
        let names = match client {
            None => &mut self.realm,
            Some(client) => self.of_client_mut(Cow::Owned(client.to_owned())),
        };
        if let Err(place) = names.binary_search_by(|known| (**known).cmp(role)) {
            names.insert(place, Cow::Owned(role.to_owned()));
        }
    }

    /// Takes a role away; says whether it was there.
    pub(crate) fn remove(&mut self, client: Option<&str>, role: &str) -> bool {
        let names = match client {
            None => Some(&mut self.realm),
            Some(client) => self.clients.iter_mut().find(|(known, _)| known == client).map(|(_, names)| names),
        };
        let place = names.as_ref().and_then(|names| names.iter().position(|known| known == role));
        match (names, place) {
            (Some(names), Some(place)) => {
                names.remove(place);
                true
            }
            _ => false,
        }
    }
}

/// A role as mappers name it: `role`, or `client.role`, split at the last dot as Keycloak does.
pub(crate) fn split_name(name: &str) -> (Option<&str>, &str) {
    name.rsplit_once('.').map_or((None, name), |(client, role)| (Some(client), role))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_added_once_and_in_order() {
        let mut roles = Roles::default();
        for (client, role) in [(None, "b"), (None, "a"), (None, "b"), (Some("z"), "r"), (Some("y"), "r")] {
            roles.add(client, role);
        }
        assert_eq!(roles.realm, ["a", "b"]);
        assert_eq!(roles.clients.iter().map(|(client, _)| &**client).collect::<Vec<_>>(), ["y", "z"]);
        assert!(roles.remove(Some("z"), "r") && !roles.remove(Some("z"), "r") && !roles.remove(Some("x"), "r"));
        assert!(roles.of_client("z").is_empty());
    }

    #[test]
    fn a_role_name_is_split_at_its_last_dot() {
        assert_eq!(split_name("my.app.admin"), (Some("my.app"), "admin"));
        assert_eq!(split_name("admin"), (None, "admin"));
    }
}
