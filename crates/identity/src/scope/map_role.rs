//! Letting roles through a client or client scope.

use serde_json::{Map, Value, json};

use crate::{Error, RealmId, Tx};

/// What roles are mapped to, by its name in the realm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MappedTo<'a> {
    /// A client, by its `clientId`.
    Client(&'a str),
    /// A client scope.
    Scope(&'a str),
}

impl MappedTo<'_> {
    fn member(self) -> (&'static str, String) {
        match self {
            Self::Client(name) => ("client", name.to_owned()),
            Self::Scope(name) => ("clientScope", name.to_owned()),
        }
    }

    fn is_in(self, mapping: &Value) -> bool {
        let (member, name) = self.member();
        mapping.get(member).and_then(Value::as_str) == Some(&name)
    }
}

impl Tx {
    /// Lets roles through; `client` is the `clientId` of the client that has them, none for roles of the realm.
    pub async fn map_roles(
        &mut self,
        realm: &RealmId,
        to: MappedTo<'_>,
        client: Option<&str>,
        names: &[String],
    ) -> Result<(), Error> {
        if names.is_empty() {
            return Ok(());
        }
        self.edit_realm(realm, |document| {
            let Some(list) = list(document, client) else { return Err(Error::fault("scope mappings are no list")) };
            for role in names {
                let mapping = list.iter_mut().find(|mapping| to.is_in(mapping));
                match mapping.and_then(|mapping| mapping.get_mut("roles")).and_then(Value::as_array_mut) {
                    Some(roles) if roles.iter().any(|known| known == role) => {}
                    Some(roles) => roles.push(json!(role)),
                    None => {
                        let (member, name) = to.member();
                        list.push(json!({ member: name, "roles": [role] }));
                    }
                }
            }
            Ok(())
        })
        .await
    }

    /// Ends it; a role that is not let through stays so.
    pub async fn unmap_roles(
        &mut self,
        realm: &RealmId,
        to: MappedTo<'_>,
        client: Option<&str>,
        names: &[String],
    ) -> Result<(), Error> {
        if names.is_empty() {
            return Ok(());
        }
        self.edit_realm(realm, |document| {
            let Some(list) = list(document, client) else { return Ok(()) };
            for mapping in list.iter_mut().filter(|mapping| to.is_in(mapping)) {
                if let Some(roles) = mapping.get_mut("roles").and_then(Value::as_array_mut) {
                    roles.retain(|known| !names.iter().any(|name| known == name));
                }
            }
            let is_left =
                |mapping: &Value| mapping.get("roles").and_then(Value::as_array).is_some_and(|l| !l.is_empty());
            list.retain(|mapping| !to.is_in(mapping) || is_left(mapping));
            Ok(())
        })
        .await
    }
}

/// Mappings of the realm's own roles, or of a client's.
fn list<'d>(document: &'d mut Map<String, Value>, client: Option<&str>) -> Option<&'d mut Vec<Value>> {
    match client {
        None => document.entry("scopeMappings").or_insert_with(|| json!([])).as_array_mut(),
        Some(client) => document
            .entry("clientScopeMappings")
            .or_insert_with(|| json!({}))
            .as_object_mut()?
            .entry(client)
            .or_insert_with(|| json!([]))
            .as_array_mut(),
    }
}
