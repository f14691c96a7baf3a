//! The three things every check carries: where it is, what it may look up, and where it writes faults down.

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Map, Value};

use super::names::{Names, members, text, texts};
use crate::realm_file::fault::{At, Faults, quoted};

/// Longest name of a noun; what Keycloak's columns hold.
const NAME_CHARACTERS: usize = 255;
/// Longest id.
const ID_CHARACTERS: usize = 255;

/// The state of a check of one file.
pub(crate) struct Place<'c> {
    pub(crate) file: &'c Path,
    pub(crate) names: &'c Names,
    pub(crate) faults: &'c mut Faults,
}

impl Place<'_> {
    pub(crate) fn fault(&mut self, at: &At<'_>, reason: impl Into<String>) {
        self.faults.add(self.file, at, reason);
    }

    /// A name that has to be there.
    pub(crate) fn name<'d>(
        &mut self,
        object: &'d Map<String, Value>,
        member: &'static str,
        at: &At<'_>,
    ) -> Option<&'d str> {
        let reason = match text(object, member) {
            None => "is missing".to_owned(),
            Some(name) if name.trim().is_empty() => "must not be empty".to_owned(),
            Some(name) if name.chars().any(char::is_control) => "must not hold control characters".to_owned(),
            Some(name) if name.chars().count() > NAME_CHARACTERS => {
                format!("must not be longer than {NAME_CHARACTERS} characters")
            }
            Some(name) => return Some(name),
        };
        self.fault(&at.member(member), reason);
        None
    }

    /// A name that has to be there and that no sibling has.
    pub(crate) fn unique_name<'d>(
        &mut self,
        object: &'d Map<String, Value>,
        member: &'static str,
        taken: &mut HashSet<String>,
        at: &At<'_>,
    ) -> Option<&'d str> {
        let name = self.name(object, member, at)?;
        if !taken.insert(name.to_owned()) {
            self.fault(&at.member(member), format!("{} stands twice", quoted(name)));
        }
        Some(name)
    }

    /// An id may be absent; a given one is kept, so no other object may have it.
    pub(crate) fn unique_id(
        &mut self,
        object: &Map<String, Value>,
        member: &'static str,
        taken: &mut HashSet<String>,
        at: &At<'_>,
    ) {
        let Some(id) = text(object, member) else { return };
        let usable = !id.is_empty()
            && id.chars().count() <= ID_CHARACTERS
            && !id.chars().any(|c| c.is_control() || c.is_whitespace() || c == '/');
        if !usable {
            self.fault(&at.member(member), "is no usable id");
        } else if !taken.insert(id.to_owned()) {
            self.fault(&at.member(member), format!("the id {} stands twice", quoted(id)));
        }
    }

    /// A reference to a realm role of the file.
    pub(crate) fn realm_roles(&mut self, object: &Map<String, Value>, member: &str, at: &At<'_>) {
        let at = at.member(member);
        for (index, role) in texts(object, member).enumerate() {
            if !self.names.realm_roles.contains(role) {
                self.fault(&at.item(index), format!("there is no realm role {}", quoted(role)));
            }
        }
    }

    /// References to client roles: an object of client ids, each with a list of role names.
    pub(crate) fn client_roles(&mut self, object: &Map<String, Value>, member: &str, at: &At<'_>) {
        let at = at.member(member);
        for (client, roles) in members(object, member) {
            let at = at.member(client);
            for (index, role) in roles.as_array().into_iter().flatten().filter_map(Value::as_str).enumerate() {
                if !self.names.has_client_role(client, role) {
                    let reason = format!("client {} has no role {}", quoted(client), quoted(role));
                    self.fault(&at.item(index), reason);
                }
            }
        }
    }

    /// A list of names without one that stands twice.
    pub(crate) fn distinct(&mut self, object: &Map<String, Value>, member: &str, at: &At<'_>) {
        let at = at.member(member);
        let mut seen = HashSet::new();
        for (index, name) in texts(object, member).enumerate() {
            if !seen.insert(name) {
                self.fault(&at.item(index), format!("{} stands twice in this list", quoted(name)));
            }
        }
    }
}
